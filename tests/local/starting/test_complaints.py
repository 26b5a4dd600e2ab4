"""Settings are checked before anything starts: one clear line, exit 1, and no service runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.command import STATE
from local.environment import answering, complaint
from local.services import ROOT


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            {"BRAIN_LOCAL_MAX_DURATION_S": "abc"},
            "BRAIN_LOCAL_MAX_DURATION_S must be a number of seconds, such as 6.",
        ),
        (
            {"BRAIN_LOCAL_MAX_DURATION_S": "8s"},
            "BRAIN_LOCAL_MAX_DURATION_S must be a number of seconds, such as 6.",
        ),
        (
            {"BRAIN_LOCAL_MAX_DURATION_S": "nan"},
            "BRAIN_LOCAL_MAX_DURATION_S must be a number of seconds, such as 6.",
        ),
        (
            {"BRAIN_PROVIDER": "openrouter"},
            "BRAIN_PROVIDER=openrouter needs OPENROUTER_API_KEY.",
        ),
        (
            {"BRAIN_PROVIDER": "openrouter", "OPENAI_API_KEY": "sk-1"},
            "BRAIN_PROVIDER=openrouter needs OPENROUTER_API_KEY.",
        ),
        ({"OPENROUTER_API_KEY": "or-1"}, "OPENROUTER_API_KEY needs BRAIN_PROVIDER=openrouter."),
        ({"BRAIN_PROVIDER": "openal"}, "BRAIN_PROVIDER must be openai or openrouter."),
        (
            {"OPENAI_BASE_URL": "localhost:11434"},
            "OPENAI_BASE_URL is not a web address: it must begin with https:// or http://,"
            " for example http://127.0.0.1:11434/v1.",
        ),
        ({"BRAIN_LEASE_S": "10s"}, "BRAIN_LEASE_S must be a number without a unit, such as 10."),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"},
            "OTEL_EXPORTER_OTLP_ENDPOINT is not a web address: it must begin with https:// or "
            "http://, for example http://127.0.0.1:4318.",
        ),
        ({"BRAIN_ACCESS_KEY": "short"}, "BRAIN_ACCESS_KEY must have at least 16 characters."),
        ({"BRAIN_LANGUAGE": "fr"}, "BRAIN_LANGUAGE must be en or de."),
        (
            {"PUSHER_HOST": "http://x"},
            "PUSHER_HOST must be the name of a host, such as ws.example.org.",
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_its_rule(asked: dict[str, str], line: str) -> None:
    assert complaint(asked) == line


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({}, ""),
        ({"BRAIN_MODEL": "mine"}, ""),
        ({"OPENAI_API_KEY": "sk-1"}, "The answers come from gpt-6-luna at api.openai.com."),
        (
            {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "BRAIN_MODEL": "qwen3"},
            "The answers come from qwen3 at 127.0.0.1:11434.",
        ),
        (
            {"BRAIN_PROVIDER": "openrouter", "OPENROUTER_API_KEY": "or-1"},
            "The answers come from openai/gpt-6-luna at openrouter.ai.",
        ),
        (
            {"OPENAI_BASE_URL": "https://me:secret@models.example/v1"},
            "The answers come from gpt-6-luna at models.example.",
        ),
    ],
)
def test_what_is_right_starts_and_says_which_model_answers(
    asked: dict[str, str], line: str
) -> None:
    assert (complaint(asked), answering(asked)) == ("", line)


def started(env: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.dev"],
        cwd=ROOT,
        env={**os.environ, STATE: str(tmp_path / "state"), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_dev_ends_with_this_line_and_starts_nothing(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("BRAIN_LOCAL_MAX_DURATION_S=soon\n")
    ended = started({"BRAIN_LOCAL_ENV": str(file)}, tmp_path)

    assert ended.returncode == 1
    assert ended.stdout == f"  {file}: BRAIN_LOCAL_MAX_DURATION_S\n"
    assert ended.stderr == "BRAIN_LOCAL_MAX_DURATION_S must be a number of seconds, such as 6.\n"
    assert not (tmp_path / "state").exists()

"""What is sent to the vendors of speech models fits the types of their own SDKs."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from brain.voice.sessions.gemini import token_request
from brain.voice.sessions.openai import live_session, realtime_session
from brain.voice.settings import VENDORS, VendorSettings
from tests.voice.test_vendors import BRIEF
from tests.voice.vendor_stage import KEY, OFFER

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".local" / "setup" / "vendors" / "bin" / "python"
JUDGE = Path(__file__).parent / "judge.py"

type Json = dict[str, Any]


def settings(name: str) -> VendorSettings:
    at = VENDORS[name]({"OPENAI_API_KEY": KEY, "GEMINI_API_KEY": KEY})
    assert at is not None
    return at


def sent() -> Json:
    """What is sent to each vendor."""
    live = live_session(settings("openai-live"), BRIEF)
    return {
        "live": {"session": live, "transport": {"type": "webrtc", "sdp": OFFER}},
        "realtime": realtime_session(settings("openai-realtime"), BRIEF),
        "gemini": token_request(settings("gemini-live"), BRIEF),
    }


def judged(told: Json) -> Json:
    done = subprocess.run(
        [PYTHON, JUDGE], input=json.dumps(told), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    verdict: Json = json.loads(done.stdout)
    return verdict


@pytest.fixture(scope="module")
def verdict() -> Json:
    return judged(sent())


def test_every_field_fits_the_types_of_the_sdks(verdict: Json) -> None:
    assert verdict["faults"] == {"live": [], "realtime": [], "gemini": []}


def test_the_sdks_call_the_same_paths_with_the_same_forms(verdict: Json) -> None:
    assert [call[:2] for call in verdict["calls"]] == [
        ["POST", "/v1/live/sessions"],
        ["POST", "/v1/live/sessions/live_1/hangup"],
        ["POST", "/v1/realtime/calls"],
        ["POST", "/v1/realtime/calls/rtc_1/hangup"],
        ["POST", "/v1alpha/auth_tokens"],
    ]
    assert verdict["calls"][2][2:] == [
        "multipart/form-data",
        ["sdp application/sdp", "session application/json"],
    ]


def _unknown(told: Json) -> None:
    told["live"]["session"]["temperature"] = 1


def _unknown_below(told: Json) -> None:
    told["live"]["session"]["client"]["data_channel"]["allowed"] = []


def _wrong(told: Json) -> None:
    told["live"]["session"]["input"][0]["content"][0]["type"] = "output_text"


def _unknown_tool(told: Json) -> None:
    told["realtime"]["tools"][0]["strict"] = True


def _unknown_setup(told: Json) -> None:
    told["gemini"]["bidiGenerateContentSetup"]["voice"] = "x"


@pytest.mark.parametrize(
    ("vendor", "spoil"),
    [
        ("live", _unknown),
        ("live", _unknown_below),
        ("live", _wrong),
        ("realtime", _unknown_tool),
        ("gemini", _unknown_setup),
    ],
)
def test_the_judge_finds_what_does_not_fit(vendor: str, spoil: Callable[[Json], None]) -> None:
    told = deepcopy(sent())
    spoil(told)
    assert judged(told)["faults"][vendor]

"""What the documents list is all there is: a new tool, variable, script or port is told of."""

import re
from pathlib import Path

from brain.run.say import SAY_SPECS
from brain.wiring import Wiring
from tests.routes.stage import EVENT_SECRET

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
SETTINGS = ("settings", "email/settings")
FOR_ONE_MACHINE = {"BRAIN_OPEN_SESSION", "BRAIN_SCRIPTED_MODEL"}  # set by `make dev` alone
SET_UP = {
    "UPSTASH_REDIS_REST_URL": "http://127.0.0.1:1",
    "UPSTASH_REDIS_REST_TOKEN": "token",
    "QSTASH_TOKEN": "token",
    "QSTASH_CURRENT_SIGNING_KEY": "key",
    "QSTASH_NEXT_SIGNING_KEY": "key",
    "PUSHER_APP_ID": "1",
    "PUSHER_KEY": "key",
    "PUSHER_SECRET": "secret",
    "PUSHER_HOST": "127.0.0.1",
    "OPENAI_API_KEY": "key",
    "DATABASE_URL": "postgresql://127.0.0.1:1/brain",
    "BRAIN_IMAP_URL": "imap://me:secret@127.0.0.1:1/",
    "BRAIN_SMTP_URL": "smtp://me:secret@127.0.0.1:1/",
    "BRAIN_EMAIL_FROM": "me@example.org",
    "BRAIN_EVENT_SECRET": EVENT_SECRET,
    "BRAIN_PUBLIC_URL": "http://127.0.0.1:1",
}


def named(text: str) -> set[str]:
    """What stands in it as code."""
    return set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", text))))


def missing(names: set[str], text: str) -> set[str]:
    return names - named(text)


def test_every_tool_of_the_model_is_in_the_readme_and_no_other() -> None:
    tools = {*Wiring(SET_UP).services.tools, *(spec.name for spec in SAY_SPECS)}
    table = README.partition("What the model can use:")[2].partition("\n## ")[0]
    assert named(table) - {"onTool"} == tools


def test_every_variable_that_is_read_is_in_the_readme() -> None:
    read = "".join((ROOT / "brain" / f"{name}.py").read_text() for name in SETTINGS)
    variables = set(re.findall(r'"(BRAIN_[A-Z_]+)"', read))
    assert missing(variables - FOR_ONE_MACHINE, README) == set()


def test_every_script_is_in_the_architecture() -> None:
    scripts = {path.stem for path in (ROOT / "brain" / "adapters" / "lua").glob("*.lua")}
    assert missing(scripts, ARCHITECTURE) == set()


def test_every_port_is_in_the_architecture() -> None:
    files = (ROOT / "brain" / "ports").glob("*.py")
    ports = {
        name
        for file in files
        for name in re.findall(r"^class (\w+)\(.*Protocol\):", file.read_text(), re.MULTILINE)
    }
    assert missing(ports, ARCHITECTURE) == set()

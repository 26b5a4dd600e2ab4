"""The documentation lists all tools, variables, routes, scripts and ports, and no others."""

import json
import re
from pathlib import Path

import pytest

from brain import settings
from brain.tools.say import SAY_SPECS
from brain.tools.spec import ToolSpec
from brain.wiring import Wiring
from local.dotenv import read_dotenv
from tests.routes.stage import EVENT_SECRET

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
VARIABLES = (DOCS / "reference" / "variables.md").read_text()
ROUTES = (DOCS / "reference" / "routes.md").read_text()
TOOLS = (DOCS / "reference" / "tools.md").read_text()
ARCHITECTURE = (DOCS / "explanation" / "architecture.md").read_text()
IN_FUNCTIONS = (
    "BRAIN|BRAVE|UPSTASH|KV|QSTASH|PUSHER|OPENAI|OPENROUTER|GEMINI|TWILIO|DATABASE|VERCEL|OTEL"
)
PREVIOUS = {*re.findall(r"`(\w+_PREVIOUS)`", VARIABLES)}  # read by the name of the new value
MOST_SAMPLE_CHARS = 110  # a line of .env.example
ON_ONE_MACHINE = "BRAIN|CHAOS"
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
    "BRAVE_SEARCH_API_KEY": "key",
}


def first_column(text: str) -> list[str]:
    """The first cell of each row of the page's tables."""
    return re.findall(r"^\| (`[^|]*)\|", text, re.MULTILINE)


def offered() -> dict[str, ToolSpec]:
    tools = Wiring(SET_UP).services.tools.values()
    return {spec.name: spec for spec in (*SAY_SPECS, *(tool.spec for tool in tools))}


def test_the_reference_lists_every_tool_of_the_model_and_no_other() -> None:
    assert {*re.findall(r"^\| `(\w+)` \|", TOOLS, re.MULTILINE)} == {*offered()}


@pytest.mark.parametrize("name", sorted(offered()))
def test_the_reference_shows_the_arguments_of_a_tool_and_which_are_required(name: str) -> None:
    spec = offered()[name]
    row = re.search(rf"^\| `{name}` \| ([^|]*)\|", TOOLS, re.MULTILINE)
    assert row
    shown = re.findall(r"`(\w+)(\??)`", row[1])
    required = spec.parameters.get("required", [])
    assert shown == [(key, "" if key in required else "?") for key in spec.parameters["properties"]]


def read_in(folder: str, prefixes: str) -> set[str]:
    """The variables of the environment with these prefixes that the folder's code names."""
    code = "".join(file.read_text() for file in (ROOT / folder).rglob("*.py"))
    return {*re.findall(rf'"((?:{prefixes})_[A-Z_]+)"', code)}


def sample() -> set[str]:
    """The variables of .env.example, as `make dev` reads them when each line is taken in."""
    lines = re.findall(r"^#([A-Z_]+=.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    read = read_dotenv("\n".join(lines), {})
    assert (len(read.values), read.lines) == (len(lines), ())
    assert all("  # " in line and len(line) <= MOST_SAMPLE_CHARS for line in lines)
    return set(read.values)


def test_the_reference_lists_every_variable_that_is_read_and_no_other() -> None:
    listed = [name for cell in first_column(VARIABLES) for name in re.findall(r"`([A-Z_]+)`", cell)]
    assert len(listed) == len({*listed})
    read = read_in("brain", IN_FUNCTIONS) | read_in("local", ON_ONE_MACHINE)
    assert {*listed} == sample() - PREVIOUS
    assert {*listed} - {"PORT", "HOST", "CHROMIUM", "CHAOS"} == read


def test_the_reference_gives_the_defaults_that_the_settings_have() -> None:
    times, model = settings.times({}), settings.model({"OPENAI_API_KEY": "key"})
    defaults = {
        "BRAIN_MODEL": model.model,
        "BRAIN_MAX_DURATION_S": f"{times.max_duration_s:g}",
        "BRAIN_HANDOFF_RESERVE_S": f"{times.reserve_s:g}",
        "BRAIN_HTTP_PATIENCE_S": f"{times.patience_s:g}",
        "BRAIN_LEASE_S": f"{times.lease_s:g}",
        "BRAIN_EMAIL_USER": settings.OWNER,
    }
    rows = re.findall(r"^\| `(\w+)` \|.*\| `([^`|]*)` \|$", VARIABLES, re.MULTILINE)
    assert {name: default for name, default in rows if name in defaults} == defaults


def test_the_reference_lists_every_route_and_no_other() -> None:
    rewrites = json.loads((ROOT / "vercel.json").read_text())["rewrites"]
    functions = {f"/api/{file.stem}" for file in (ROOT / "api").glob("*.py")}
    listed = re.findall(r"/(?:api|v1)/[\w./:]+", " ".join(first_column(ROUTES)))
    assert {*listed} == functions | {rewrite["source"] for rewrite in rewrites}


def listed_under(heading: str) -> set[str]:
    """What the first column of the architecture's table below this heading names."""
    section = ARCHITECTURE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {name for cell in first_column(section) for name in re.findall(r"`(\w+)`", cell)}


def test_the_architecture_lists_every_script_and_no_other() -> None:
    scripts = {path.stem for path in (ROOT / "brain").rglob("*.lua")}
    assert listed_under("The scripts") == scripts - {"prelude"}


def test_the_architecture_lists_every_port_and_no_other() -> None:
    brain = ROOT / "brain"
    # The code behind a port has protocols of its own, and a language file is a form to fill in.
    others = (brain / "cloud", brain / "says", brain / "texts" / "spoken")
    files = [one for one in brain.rglob("*.py") if not any(map(one.is_relative_to, others))]
    ports = {
        name
        for file in files
        for name in re.findall(r"^class (\w+)\(.*Protocol\):", file.read_text(), re.MULTILINE)
    }
    assert listed_under("Ports") == ports

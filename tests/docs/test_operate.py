"""The guide for operators names what there is: findings, keys, tables, events, checks, secrets."""

import re
from typing import get_args

from brain.inspect.model import FindingKind
from brain.routes.deep import SERVICES
from tests.vercel.test_packaging import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "operate.md").read_text("utf-8")
SECRET = re.compile(r"`([A-Z_]+(?:_KEY|_KEYS|_TOKEN|_SECRET|_PASSWORD))`")
NOT_SECRET = {"PUSHER_KEY"}  # public, but it is changed together with its secret
NOT_OURS = {"BRAIN_TOKEN", "VERCEL_AUTOMATION_BYPASS_SECRET", "KV_REST_API_TOKEN"}


def section(title: str) -> str:
    """Return a section of the guide, without its heading."""
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_column(text: str, of: str) -> set[str]:
    """Return the names in the first column of the table whose heading begins with `of`."""
    table = text.partition(f"| {of} |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}


def test_every_finding_is_explained() -> None:
    named = first_column(section("Find out why an answer has not come"), "finding")
    assert named == set(get_args(FindingKind.__value__))


def test_an_alert_is_for_an_event_or_a_check_that_there_is() -> None:
    events = first_column(section("Read the log"), "event")
    alerts = first_column(section("Alerts"), "what")
    assert alerts <= events | set(SERVICES)
    assert set(SERVICES) <= alerts


def test_every_key_of_a_user_has_its_bound() -> None:
    catalog = (
        (ROOT / "tests" / "golden" / "README.md").read_text("utf-8").partition("\nPostgres")[0]
    )
    stored = re.findall(r"^\| `(\w+)(?::<[^`]+)?` \| (?!channel)", catalog, re.MULTILINE)
    code = "\n".join(
        file.read_text("utf-8")
        for file in (ROOT / "brain").rglob("*.py")
        if "inspect" not in file.parts
    )
    calls = re.findall(r"\.keys?\(((?:f?\"[^\"]*\"(?:, )?)+)", code)
    used = {name for call in calls for name in re.findall(r"\"([a-z]\w*)", call)} - {"news"}
    bounds = first_column(section("What grows"), "key in Redis")
    assert set(stored) <= bounds
    assert used <= bounds


def test_every_table_has_its_bound() -> None:
    sql = "".join(
        file.read_text("utf-8") for file in (ROOT / "brain/cloud/postgres/sql").glob("0*.sql")
    )
    tables = set(re.findall(r"create table brain\.(\w+)", sql)) | {"migrations"}
    assert first_column(section("What grows"), "table in Postgres") == tables


def test_every_secret_says_how_it_is_changed() -> None:
    reference = (ROOT / "docs" / "reference" / "variables.md").read_text("utf-8")
    secrets = {
        name
        for line in reference.splitlines()
        if line.startswith("|")
        for name in SECRET.findall(line.split("|")[1])
    }
    named = first_column(section("Change a secret"), "secret")
    assert secrets - NOT_SECRET - NOT_OURS <= named

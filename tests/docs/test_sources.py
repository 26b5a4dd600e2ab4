"""The table of sources: every text that the model is shown has an entry, and the page shows it."""

import importlib
import pkgutil
import re
from typing import Any, get_args

from msgspec.structs import fields

import brain
from brain.codec import Form, OneOf, Stored
from brain.run.journal import Entry, RunRecord
from brain.run.messages import LogEntry
from brain.texts.sources import SOURCES
from brain.tools.say import SAY_SPECS
from brain.wiring import Wiring
from local.docs.sources import DOCUMENT, written
from tests.docs.test_docs import SET_UP
from tests.docs.test_sizes import ROOT

MADE = re.compile(r"create table (brain\.\w+)")
GONE = re.compile(r"drop table (brain\.\w+)|alter table (brain\.\w+) rename")


def named(field: str) -> set[str]:
    return {name for source in SOURCES for name in getattr(source, field)}


def classes(union: Any) -> set[str]:
    """The names of the classes in a union, also in a nested one."""
    inner = get_args(getattr(union, "__value__", union))
    return set().union(*map(classes, inner)) if inner else {union.__name__}


def stored_forms() -> set[str]:
    """The classes of all values that the code writes with a version."""
    found: set[str] = set()
    for module in pkgutil.walk_packages(brain.__path__, "brain."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Stored):
                form = value._form
                forms = form.forms if isinstance(form, OneOf) else (form,)
                found |= {one.of.__name__ for one in forms if has_text(one)}
    return found


def has_text(form: Form[Any]) -> bool:
    return any("str" in str(field.type) for field in fields(form.of))


def tables() -> set[str]:
    """The tables of the last migration."""
    found: set[str] = set()
    for file in sorted((ROOT / "brain/cloud/postgres/sql").glob("0*.sql")):
        text = file.read_text("utf-8")
        gone = {name for pair in GONE.findall(text) for name in pair if name}
        found = (found - gone) | set(MADE.findall(text))
    return found


def test_every_tool_has_a_source() -> None:
    tools = {tool.spec.name for tool in Wiring(SET_UP).services.tools.values()}
    assert named("tools") == tools | {spec.name for spec in SAY_SPECS}


def test_a_tool_whose_results_are_always_foreign_is_in_the_table_as_such() -> None:
    tools = Wiring(SET_UP).services.tools.values()
    always = {name for source in SOURCES if source.foreign == "always" for name in source.tools}
    assert {tool.spec.name for tool in tools if tool.spec.foreign} == always - {"replyToEmail"}


def test_every_block_of_the_prompt_has_a_source() -> None:
    blocks = classes(Entry) | classes(RunRecord) | classes(LogEntry)
    assert {"Overheard", "Returned", "Message"} <= blocks
    assert named("blocks") == blocks | {"instructions", "memory", "notes"}


def test_every_stored_form_with_text_has_a_source() -> None:
    assert {"Draft", "Reminder", "Notice", "Returned"} <= stored_forms()
    assert stored_forms() <= named("stored")


def test_every_table_has_a_source() -> None:
    assert "brain.rules" in tables()
    assert tables() == {name for name in named("stored") if name.startswith("brain.")}


def test_what_can_be_foreign_says_where_the_mark_is_and_what_it_can_cause() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    for source in SOURCES:
        if source.foreign == "never":
            assert source.causes == ""
        elif source.foreign != "always" and source.causes:
            assert source.mark != "none", source.name


def test_the_documentation_shows_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert written(text) == text, "run make docs"

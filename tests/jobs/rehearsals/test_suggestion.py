"""Suggested edits are applied by code, or not at all."""

from typing import Any

import pytest

from brain.jobs.rehearsals.suggestion import MAX_CHARS, revised


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("Be brief.", [(None, "Never narrate.")], "Be brief.\nNever narrate."),
        ("", [(None, "Never narrate.")], "Never narrate."),
        ("", [("", "Never narrate.")], "Never narrate."),
        ("Be brief.", [("brief", "very brief")], "Be very brief."),
        ("Be brief.", [("brief", "kind"), ("kind", "just")], "Be just."),
        ("Be brief. Be kind.", [(" Be kind.", "")], "Be brief."),
        ("Be brief.", [("long", "short")], None),
        ("Be brief. Be kind.", [("Be", "Stay")], None),
        ("Be brief.", [("brief", "brief")], None),
        ("Be brief.", [], None),
        ("Be brief.", [(None, "x" * MAX_CHARS)], None),
        ("Be brief.", [(None, "Never narrate."), ("gone", "x")], None),
    ],
)
def test_revised_instructions(before: str, edits: list[Any], after: str | None) -> None:
    listed = [{"find": find, "replace": replace, "because": [0]} for find, replace in edits]
    assert revised(before, listed) == after

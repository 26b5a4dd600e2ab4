"""The lease diagram in the documentation matches the lease table."""

from pathlib import Path

import pytest

from brain.cloud.redis.lease_table import TRANSITIONS
from local.docs.draw import BEGIN, DOCUMENT, END, drawn, main


def test_the_document_shows_the_current_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert drawn(text) == text, "run: .venv/bin/python -m local.docs.draw"


def test_an_older_drawing_is_replaced_and_the_rest_does_not_change(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", "utf-8")
    main(document)
    text = document.read_text("utf-8")
    assert text.startswith(f"Before.\n{BEGIN}\n")
    assert text.endswith(f"{END}\nAfter.\n")
    assert "old\n" not in text
    assert text.count("\n| ") == 1 + len(TRANSITIONS)


def test_a_document_without_the_marks_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("No marks.\n", "utf-8")
    with pytest.raises(ValueError, match="unpack"):
        main(document)

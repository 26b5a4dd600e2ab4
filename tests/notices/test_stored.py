"""The form in which a notice is held."""

import pytest

from brain.errors import EntryUnreadable
from brain.notices.model import NOTICE as FORM
from brain.notices.model import Notice
from tests.fakes.clock import EPOCH

NOTICE = FORM.write(
    Notice(id="n", kind="email", text="", urgent=False, at=EPOCH, expires_at=EPOCH, sender="Anna")
)


@pytest.mark.parametrize("foreign", [False, True])
def test_a_stored_notice_is_read_back_unchanged(foreign: bool) -> None:
    notice = Notice(id="n", kind="reminder", text="Grüße", urgent=True, at=EPOCH, foreign=foreign)
    assert FORM.read(FORM.write(notice)) == notice


def test_a_notice_stored_without_the_foreign_mark_is_foreign() -> None:
    old = NOTICE.replace(',"foreign":true', "")
    assert old != NOTICE
    assert FORM.read(old).foreign


@pytest.mark.parametrize(
    "changed",
    [
        NOTICE.replace('"v":1', '"v":2'),
        NOTICE.replace('"email"', '"call"'),
        NOTICE.replace('"at"', '"when"'),
        NOTICE.replace("2026-01-01T", "some day"),
        NOTICE[:-1],
        "[]",
    ],
)
def test_an_invalid_stored_notice_is_unreadable(changed: str) -> None:
    assert FORM.read(NOTICE).sender == "Anna"
    with pytest.raises(EntryUnreadable):
        FORM.read(changed)

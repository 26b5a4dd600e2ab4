"""What can be wrong with a stored form, and what an older one lacks."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.golden.forms import FORMS, EntryUnreadable, Form
from tests.golden.samples import SAMPLES
from tests.golden.text import shown, stored


def parts(text: str) -> tuple[str, dict[str, Any]]:
    """The words before the JSON, and the form."""
    match shown(text):
        case [str() as head, dict() as form]:
            return head, form
        case dict() as form:
            return "", form
        case other:
            raise AssertionError(other)


def without(text: str, *names: str) -> str:
    """The form without these fields."""
    head, form = parts(text)
    assert set(names) <= set(form)
    return head + stored({name: value for name, value in form.items() if name not in names})


def having(text: str, **changed: Any) -> str:
    """The form with other fields."""
    head, form = parts(text)
    return head + stored({**form, **changed})


def required(form: Form, text: str) -> list[str]:
    """The fields without which the form does not load."""
    if not isinstance(shown(text), dict | list):
        return []
    return [name for name in parts(text)[1] if not _loads(form, without(text, name))]


def older(kind: str, sample: str, lacking: tuple[str, ...]) -> str:
    """The sample as it was stored before these fields were there."""
    return without(FORMS[kind].encode(SAMPLES[kind][sample]), *lacking)


def cases(golden: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Kind and name of each golden form."""
    return ((kind, name) for kind, samples in golden.items() for name in samples)


def _loads(form: Form, text: str) -> bool:
    try:
        form.decode(text)
    except EntryUnreadable:
        return False
    return True

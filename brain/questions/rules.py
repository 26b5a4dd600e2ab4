"""Decides which acts need the user's yes, and says what they have changed before they gave it."""

from collections.abc import Sequence
from typing import Any

from brain.codec import Json, clean, dumps
from brain.preferences.model import Preferences
from brain.preferences.rules import trusts
from brain.says.ending import in_words
from brain.says.texts import Texts

MAX_CHARS = 8_000  # of the words for changes, as of any text of the user


def needs_yes(recipients: Sequence[str], *, preferences: Preferences, tainted: bool) -> bool:
    """Whether the brain has to ask before an act.

    It does not ask if the user trusts all recipients and the run is not tainted.
    """
    if tainted or not recipients:
        return True
    return not all(trusts(preferences, recipient) for recipient in recipients)


def changed_names(asked: Json, decided: Json) -> tuple[str, ...]:
    """Return the names of the arguments that differ, in the order of the question."""
    names = dict.fromkeys((*asked, *decided))
    return tuple(name for name in names if _differs(name, asked, decided))


def words_of_changes(texts: Texts, changed: Sequence[str], arguments: Json) -> str:
    """Return the user's words for an approval with changes, in at most MAX_CHARS characters.

    Short values come first, so that a long one that is cut takes nothing from the others.
    """
    values = {name: _in_words(arguments.get(name)) for name in changed}
    names = sorted(values, key=lambda name: len(values[name]))
    text = texts.yes_changed([in_words(name) for name in names], [values[name] for name in names])
    return clean(text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 1]}…")


def _differs(name: str, asked: Json, decided: Json) -> bool:
    if (name in asked) is not (name in decided):
        return True
    return dumps({name: asked[name]}) != dumps({name: decided[name]})


def _in_words(value: Any) -> str:
    match value:
        case None | "" | []:
            return "-"
        case str():
            return value
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        case _:
            return dumps(value)

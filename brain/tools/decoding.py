"""Decodes the arguments of a tool call: the only place that turns a model's text into values.

A model can write anything. What is returned can be stored, compared and sent on as JSON.
"""

from typing import Any

from brain.codec import NotJson, NotUsable, decoded, usable
from brain.codec.foreign import BAD_KEY, BAD_TEXT, MOST_DEPTH, NO_NUMBER, TOO_DEEP, TOO_LARGE, TWICE

MAX_BYTES = 256 * 1024  # of the JSON text; a long document has 100,000 characters
MAX_DEPTH = MOST_DEPTH  # nested objects and lists
MAX_NAME_CHARS = 40  # of a name in an error message

INVALID = "they contain invalid characters"
# The reasons in words for the model, which may see what it has written.
WORDS = {
    TOO_DEEP: "they are nested too deeply",
    NO_NUMBER: "they contain {}, which is not a number in JSON",
    TOO_LARGE: "they contain a number that is too large",
    TWICE: "they contain the name {} twice in one object",
    BAD_KEY: INVALID,
    BAD_TEXT: INVALID,
}


class ArgumentsUnreadable(ValueError):
    """The arguments cannot be decoded. The text is for the model."""


def decode(text: str) -> Any:
    """Return the value of a call's arguments. An empty text stands for no arguments.

    Raises ArgumentsUnreadable for text that is not JSON, that is too long or nested too deeply, and
    for what JSON cannot express: lone surrogates, NaN, infinity, the same name twice in an object.
    """
    try:
        if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
            raise ArgumentsUnreadable(f"they are longer than {MAX_BYTES // 1024} KiB")
        return decoded(text or "{}", mends=False)
    except UnicodeError:
        raise ArgumentsUnreadable(INVALID) from None
    except NotJson as error:
        raise ArgumentsUnreadable(f"they are not valid JSON: {error.where}") from None
    except NotUsable as error:
        raise _in_words(error) from None


def checked(value: Any) -> Any:
    """Return the value if JSON can express it and it is not nested too deeply.

    Raises ArgumentsUnreadable.
    """
    try:
        return usable(value)
    except NotUsable as error:
        raise _in_words(error) from None


def _in_words(error: NotUsable) -> ArgumentsUnreadable:
    quote = error.quote[:MAX_NAME_CHARS]
    return ArgumentsUnreadable(
        WORDS[error.reason].format(ascii(quote) if error.reason == TWICE else quote)
    )

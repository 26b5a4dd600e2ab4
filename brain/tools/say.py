"""The two tools with which the model speaks to the user.

They have no code to run: the loop itself turns their calls into messages. A class docstring here is
the tool's description for the model.
"""

import re
from typing import Annotated

from brain.codec import dumps
from brain.tools.arguments import About, Arguments
from brain.tools.decoding import MAX_BYTES, ArgumentsUnreadable, decode
from brain.tools.nearly import NOTHING
from brain.tools.typed import spec_of


class SayToUserAndContinue(Arguments):
    """Say now what you are about to do, or how far you are, and go on working."""

    message: Annotated[str, About("one short sentence", least=1)]
    progress: Annotated[float | None, About("how much is done, 0 to 1", 0, 1)] = None


class SayToUserAndQuit(Arguments):
    """Say your answer and end. Without a message only if you have said all there is to say."""

    message: Annotated[str | None, About("the answer, for the ear", null=True)] = None


CONTINUE_SPEC = spec_of(SayToUserAndContinue)
QUIT_SPEC = spec_of(SayToUserAndQuit)
SAY_SPECS = (CONTINUE_SPEC, QUIT_SPEC)

# What may be JSON, markup or a named argument: there the text has another reading.
_OTHER = re.compile(
    r"""[{\[<`]|"[^"]*(?:$|"\s*[:,}])|'\w*'\s*:|(?:message|progress|arguments)\s*[:=]""",
    re.IGNORECASE,
)


def as_arguments(name: str, given: str) -> str:
    """Return the arguments of a call, as JSON where only one reading is possible.

    Some models call one of these two tools with the bare text that is to be said. It becomes the
    message. The arguments of other tools, and what looks like broken JSON, are returned unchanged.
    """
    if name not in {spec.name for spec in SAY_SPECS} or len(given) > MAX_BYTES:
        return given
    try:
        value = decode(given)
    except ArgumentsUnreadable:
        value = given
    if isinstance(value, float | int) and not isinstance(value, bool):
        value = given
    text = value.strip() if isinstance(value, str) else ""
    if text.lower() in NOTHING or _OTHER.match(text) or '"message"' in text:
        return given
    return dumps({"message": text})

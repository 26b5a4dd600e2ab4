"""The two tools with which the model speaks to the user.

They have no code to run: the loop itself turns their calls into messages. A class docstring here is
the tool's description for the model.
"""

from typing import Annotated

from brain.tools.arguments import About, Arguments
from brain.tools.typed import spec_of


class SayToUserAndContinue(Arguments):
    """Say something to the user now and go on working: what you are about to do, or how far you
    are. Read out at once.
    """

    message: Annotated[str, About("one short sentence", least=1)]
    progress: Annotated[float | None, About("how much is done, 0 to 1", 0, 1)] = None


class SayToUserAndQuit(Arguments):
    """Say your answer to the user and end. Without a message only if you have already said all
    there is to say.
    """

    message: Annotated[str | None, About("the answer, for the ear", null=True)] = None


CONTINUE_SPEC = spec_of(SayToUserAndContinue)
QUIT_SPEC = spec_of(SayToUserAndQuit)
SAY_SPECS = (CONTINUE_SPEC, QUIT_SPEC)

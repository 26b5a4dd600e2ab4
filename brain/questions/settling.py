"""Lets the effects of a text wait until the text is whole."""

import json

from msgspec import Struct

from brain.errors import OutOfTime
from brain.questions.whole import Fate, Times, Wait, fate, unsettled
from brain.run.limits import Limits
from brain.run.ports import Clock
from brain.run.store import StateStore
from brain.run.turn import Turn
from brain.tools.invocations import Proposal, ToolInvocation

LOOK_S = 0.5  # seconds between two looks, at most: the caller may go, or hear a message


class Settles(Struct, frozen=True, kw_only=True):
    """The port `Settling`."""

    store: StateStore
    clock: Clock
    limits: Limits

    def is_settled(self, turn: Turn) -> bool:
        return not unsettled(turn.run.journal, stands_upto=turn.stands_upto)

    async def wait(self, turn: Turn) -> Fate:
        """Look after the lease until it is known.

        What comes in meanwhile raises the fence if it takes the place of a text here, so a look, or
        the commit before the effect, ends this brain.
        """
        texts = unsettled(turn.run.journal, stands_upto=turn.stands_upto)
        while True:
            sight = await self.store.look(turn.lease.token)
            times = Times(now_ms=turn.store_ms, left_ms=turn.note_left())
            found = fate(texts, sight, times, self.limits)
            if not isinstance(found, Wait):
                return found
            left_s = turn.invocation.cut - self.clock.now()
            if left_s <= 0:
                raise OutOfTime(None)  # the successor goes on waiting
            await self.clock.sleep(min(found.ms / 1000, LOOK_S, left_s))

    async def proposal(self, invocation: ToolInvocation) -> Proposal:
        """Ask with the call's arguments as they are: the speaker has not finished."""
        names, values = [*invocation.arguments], [*map(_shown, invocation.arguments.values())]
        question = invocation.texts.ask_unfinished(invocation.call.name, names, values)
        return Proposal(question=question, foreign=invocation.tainted)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

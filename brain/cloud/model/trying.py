"""Asks models for one answer: which one, how often, and how long to wait in between.

Every class of faults has its own number of tries, and every wait has a limit.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from msgspec import Struct, field
from msgspec.structs import replace

from brain.chat.prices import Prices
from brain.cloud.model.assembly import Assembly
from brain.cloud.model.counted import Attempt
from brain.cloud.model.ending import conclude
from brain.cloud.model.faults import OPTIONAL_FIELDS, Failure
from brain.cloud.model.known import (
    UNFIT_S,
    Known,
    accepted,
    carries,
    fitted,
    offered_tools,
    request,
    shrunk,
)
from brain.cloud.model.order import Candidate, at_first, elsewhere, open_to
from brain.cloud.model.patience import LEAVE_S, Patience, Telling
from brain.cloud.model.wire import Waits, listen
from brain.cloud.traces.chats import begin_chat
from brain.errors import FaultClass, ModelFault, ModelRefused, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Prompt

REST_S = 0.25  # seconds before the same model is asked again after a cut
NEXT_SHARE = 0.5  # of the wait for a first sign: the least that is left to the next model
SHORTER_TRIES = 4  # requests that are made shorter


class Trying(Struct, kw_only=True):
    """One prompt and its way through the models.

    `end` is the deadline in the loop's time. `note` gets how each try ended: the class of the
    fault, or None. `takes_turns`: a model is asked when it is this call's turn at its provider.
    With `tries`, at most so many requests are sent, and none after one of which the listener has
    words; a request that a field or its length has made fail does not count.
    """

    prompt: Prompt
    end: float
    tell: Telling
    note: Callable[[str, FaultClass | None], None]
    waits: Waits
    takes_turns: bool
    random: Callable[[], float]
    prices: Prices
    tries: int | None = None
    tried: int = 0
    spent: int = 0  # tokens of failed tries
    spent_usd: float | None = 0.0  # what they cost; None if this is not known of one
    failures: dict[Candidate, Failure] = field(default_factory=dict)
    patience: dict[Candidate, Patience] = field(default_factory=dict)
    ready: dict[Candidate, float] = field(default_factory=dict)  # busy ones, and when to ask again

    async def answer(self, candidates: Sequence[Candidate]) -> Answered:
        """Ask the models in this order, then those that are busy. Raises ModelFault."""
        now, is_alone = asyncio.get_running_loop().time(), len(candidates) == 1
        queue, left_out = at_first(candidates, self.prompt, now)
        while queue:
            asked, queue = queue[0], queue[1:]
            outcome = await self._in_turn(asked, is_alone=is_alone, has_next=bool(queue))
            if isinstance(outcome, Answered):
                return outcome
            self.failures[asked] = replace(outcome, model=asked.model)
            if outcome.fault is FaultClass.FILTERED:
                raise given_up([outcome])
            queue = await self._next(queue)
        raise given_up([*left_out.values(), *self.failures.values()])

    async def _next(self, queue: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return whom to ask after a failure: the others, then the busy ones, each when it is
        ready; nobody if there is no time.
        """
        if self._is_over():
            return ()
        queue = open_to(elsewhere(queue, self.failures), self.failures)
        return queue or await self._wait_for_one()

    async def _wait_for_one(self) -> Sequence[Candidate]:
        """Wait for the busy model that is ready first; return no model if there is no time."""
        waiting = open_to(tuple(self.ready), self.failures)
        if not waiting:
            return ()
        first = min(waiting, key=lambda one: self.ready[one])
        at = self.ready.pop(first)
        if at >= self.end:
            return ()
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        return (first,)

    async def _in_turn(self, asked: Candidate, **where: bool) -> Answered | Failure:
        """Ask one model as `_insist` does, when it is this call's turn."""
        async with asked.client.turn(self.end) if self.takes_turns else nullcontext():
            return await self._insist(asked, **where)

    async def _insist(
        self, asked: Candidate, *, is_alone: bool, has_next: bool
    ) -> Answered | Failure:
        """Ask one model until it answers or it is another one's turn.

        `is_alone`: there is no other model. `has_next`: another one is asked after it.
        """
        known, patience = asked.known, self.patience.setdefault(asked, Patience())
        prompt = fitted(self.prompt, known)
        while True:
            outcome = await self._ask(asked, prompt)
            if isinstance(outcome, Answered):
                return outcome
            if self._has_adapted(asked, outcome, prompt):
                continue
            if outcome.fault is FaultClass.TOO_LONG and patience.shorter < SHORTER_TRIES:
                patience.shorter += 1
                if smaller := shrunk(prompt, known, outcome.window):
                    prompt = smaller
                    continue
            self.tried += 1
            pause_s = patience.pause_s(outcome, self.random())
            if pause_s is None:
                return outcome
            if pause_s > LEAVE_S and not is_alone:
                self.ready[asked] = asyncio.get_running_loop().time() + pause_s
                return outcome
            if self._is_over(pause_s) or (has_next and self._is_late(outcome)):
                return outcome
            await asyncio.sleep(pause_s)

    def _has_adapted(self, asked: Candidate, failure: Failure, prompt: Prompt) -> bool:
        """Learn from a refusal. Return whether the next request differs.

        Each of these changes happens once per model, so they need no count.
        """
        known = asked.known
        sent = OPTIONAL_FIELDS & accepted(asked.optional, known).keys()
        if rejected := failure.rejected_fields & sent:
            known.dropped |= rejected
            return True
        if failure.is_schema and prompt.tools and not known.is_loose:
            known.is_loose = True
            return True
        if (
            failure.fault is FaultClass.REQUEST
            and carries(prompt, asked.model)
            and not known.refuses_carried
        ):
            known.refuses_carried = True
            return True
        if failure.is_lasting:
            known.unfit = failure
            known.unfit_until = asyncio.get_running_loop().time() + UNFIT_S
        return False

    async def _ask(self, asked: Candidate, prompt: Prompt) -> Answered | Failure:
        """Send one request. Raises ModelCut, or ModelUnavailable if the answer has no end."""
        known, model = asked.known, asked.model
        server, told = asked.client.server_until(self.end), await self._begin(asked, prompt)
        assembly = Assembly(offered_tools(prompt.tools), held=known.opens_thought)
        body = request(model, prompt, known, asked.optional)
        outcome: Answered | Failure | ModelFault
        try:
            with told:
                failure = await listen(server, body, assembly, told, self.waits, self.end)
            whole, deltas = assembly.end()
            for delta in deltas:
                told(delta)
            outcome = conclude(
                assembly, whole, failure, model, prompt, self.prices, is_over=self._is_over()
            )
        except ModelFault as fault:
            outcome = fault
        except RecursionError:
            outcome = Failure(reason="the answer is nested too deeply")
        known.opens_thought = known.opens_thought or assembly.opens_thought
        told.end(outcome, assembly, self.prices)
        self.note(asked.label, None if isinstance(outcome, Answered) else outcome.fault)
        return self._settled(outcome, known)

    async def _begin(self, asked: Candidate, prompt: Prompt) -> Attempt:
        """Wait until the model may be asked again, and begin a request."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, min(asked.known.rests_until, self.end) - loop.time()))
        span = begin_chat(asked.model, asked.provider, prompt)
        return Attempt(
            model=asked.model, span=span, tell=self.tell, now=loop.time, began=loop.time()
        )

    def _settled(
        self, outcome: Answered | Failure | ModelFault, known: Known
    ) -> Answered | Failure:
        """Add the tokens of failed tries, and what they cost, to an answer. Raises the fault."""
        if isinstance(outcome, ModelFault):
            known.rests_until = asyncio.get_running_loop().time() + REST_S
            raise outcome
        if isinstance(outcome, Failure):
            self.tell.fail()
            if outcome.tokens:
                self.spent += outcome.tokens
                self.spent_usd = _sum(self.spent_usd, outcome.usd)
            return outcome
        known.unfit = None
        usd = _sum(self.spent_usd, outcome.usd)
        return replace(outcome, tokens=outcome.tokens + self.spent, usd=usd)

    def _is_late(self, failure: Failure) -> bool:
        """Whether a second wait for a silent model would leave the next one too little time."""
        left_s = self.end - asyncio.get_running_loop().time()
        return failure.is_late and left_s < self.waits.first_token_s * (1 + NEXT_SHARE)

    def _is_over(self, pause_s: float = 0.0) -> bool:
        is_late = asyncio.get_running_loop().time() + pause_s >= self.end
        return is_late or (
            self.tries is not None and (self.tell.has_words or self.tried >= self.tries)
        )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def given_up(failures: Sequence[Failure]) -> ModelFault:
    """Return ModelUnavailable if a retry of any model can help, else ModelRefused.

    The fault is that of the first model for which this holds. An account that the first one lacks
    comes before all: it has to be mended, whether or not the others answer next time.
    """
    reasons = "; ".join(dict.fromkeys(one.reason for one in failures))
    retryable = next((one for one in failures if one.is_retryable), None)
    if retryable is not None and not failures[0].lacks:
        return ModelUnavailable(reasons, fault=retryable.fault)
    refused = ModelRefused(reasons, fault=failures[0].fault)
    refused.refusal, refused.model = failures[0].lacks, failures[0].model
    return refused

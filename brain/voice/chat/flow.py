"""Finds the turn of a call that a request belongs to, and what its history quotes of us."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from brain.errors import StoreUnreachable
from brain.run.messages import CallTurn, How, Remark
from brain.run.ports import Clock
from brain.run.requests import UserRequest
from brain.run.store import StateStore
from brain.tools.spec import ClientTool
from brain.voice.chat.model import NO_CALL, ChatRequest, CurrentTurn, Owed, PlacedText
from brain.voice.chat.ports import Before, CallMemory
from brain.voice.chat.quotes import Sent, heard_of
from brain.voice.chat.rules import place
from brain.voice.chat.telling import Narration, late_answers, spoken_in

TRIES = 8  # how often a call may change between reading and writing: platforms ask in parallel

type Played = Callable[[str, str], Awaitable[None]]


async def place_request(
    calls: CallMemory, clock: Clock, user_id: str, asked: ChatRequest
) -> tuple[PlacedText, tuple[Sent, ...]]:
    """Return the place of a request, and what was to be spoken in the turn before it.

    Most requests of a call reach the same instance, so it decides by what it has seen last, and
    again if the store has something else. Raises StoreUnreachable.
    """
    known = calls.guess(user_id, asked.call)
    for _ in range(TRIES):
        now_ms = round(clock.utc().timestamp() * 1000)
        placed = place(asked, known.turn, now_ms)
        last = known.turn if placed.is_next and asked.said.quote else None
        found = await calls.place(
            user_id,
            asked.call,
            known,
            placed.turn,
            message_id=last.message_id if last is not None else "",
            since=min((owed.since for owed in told_late(last)), default=0),
        )
        if isinstance(found, Before):
            return placed, _spoken(asked, last, found)
        known = found
    raise StoreUnreachable("the call changes all the time")


async def is_replaced(calls: CallMemory, user_id: str, call: str, message_id: str) -> bool:
    """Whether a newer request has taken the place of this text in its turn. Raises
    StoreUnreachable.
    """
    turn = (await calls.known(user_id, call)).turn
    if turn is None or message_id == turn.message_id:
        return False
    over = (*turn.texts[:-1], *(text for text in turn.earlier if text.over))
    return any(text.message_id == message_id for text in over)


def told_late(turn: CurrentTurn | None) -> tuple[Owed, ...]:
    """Return the late answers to tell after this turn's answer."""
    if turn is None:
        return ()
    return tuple(owed for owed in turn.owed if owed.by == turn.message_id)


def _spoken(asked: ChatRequest, last: CurrentTurn | None, before: Before) -> tuple[Sent, ...]:
    if last is None or not before.seq:
        return ()
    late = [
        message
        for owed in told_late(last)
        for message in late_answers(before.entries, owed, before=before.seq)
    ]
    telling = Narration(
        seq=before.seq,
        run_id=before.run_id,
        call=asked.call or NO_CALL,
        index=last.index,
        late=late,
    )
    return spoken_in([entry for entry in before.entries if entry.seq >= before.seq], telling)


async def mark_heard(
    store: StateStore, user_id: str, quote: str, sent: tuple[Sent, ...], played: Played
) -> None:
    """Record how much was heard of what was sent, if the platform quotes this.

    Raises StoreUnreachable.
    """
    marks = heard_of(quote, sent)
    known = await asyncio.gather(*(store.heard(user_id, mark) for mark in marks))
    speeches = {one.seq: one.speech for one in sent}
    for mark in known:
        if mark is not None and mark.how is How.PLAYED:
            await played(user_id, speeches[mark.seq])


def request_of(
    user_id: str, asked: ChatRequest, placed: PlacedText, tools: tuple[ClientTool, ...]
) -> UserRequest:
    """Return the text as a request to the user's brain."""
    manner = (Remark(role="platform", text=asked.manner),) if asked.manner else ()
    return UserRequest(
        user_id=user_id,
        text=asked.said.text,
        message_id=placed.message_id,
        recent_context=manner,
        client_tools=tools,
        patience_s=asked.patience_s,
        turn=CallTurn(call=asked.call or NO_CALL, index=placed.index),
        replaces=placed.replaces,
        amends=placed.replaces is not None,
        speculative=True,
    )


async def owe(
    calls: CallMemory, user_id: str, asked: ChatRequest, message_id: str, owed: Owed, *, crumb: str
) -> int:
    """Note that the answer to a text is owed. Return the last seq of the log, 0 if the run has
    ended. Raises StoreUnreachable.
    """
    for _ in range(TRIES):
        known = await calls.known(user_id, asked.call)
        turn = known.turn
        if turn is None:
            return 0
        # A later turn may have begun: then this answer is told after the later one's.
        by = "" if any(text.message_id == message_id for text in turn.texts) else turn.message_id
        after = replace(turn, owed=(*turn.owed, replace(owed, by=by)))
        seq = await calls.owe(user_id, asked.call, known, after, owed, crumb=crumb)
        if seq is not None:
            return seq
    raise StoreUnreachable("the call changes all the time")


async def claim(
    calls: CallMemory, user_id: str, call: str, owed: Owed, *, back: bool = False
) -> bool:
    """Take an owed answer, to tell it outside of a turn; `back` gives it back.

    Return False if a later turn tells it. Raises StoreUnreachable.
    """
    for _ in range(TRIES):
        known = await calls.known(user_id, call)
        if known.turn is None or (not back and owed not in known.turn.owed):
            return False
        rest = tuple(one for one in known.turn.owed if one != owed)
        after = replace(known.turn, owed=(*rest, owed) if back else rest)
        if isinstance(await calls.place(user_id, call, known, after), Before):
            return True
    raise StoreUnreachable("the call changes all the time")

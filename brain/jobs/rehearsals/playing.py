"""Plays a rehearsal: what the player hears, what it says next, and what is stored.

Everything is derived from the log, the kept steps and the seed. So two processes that play at once
waste a call of the model, and the rehearsal goes on as if there were one.
"""

import json
import logging
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from brain.codec import Json
from brain.errors import ModelFault
from brain.jobs.model import MindRun
from brain.jobs.quiet import NothingAround
from brain.jobs.rehearsals.chance import cut_at, misheard, pause_s, talks_over
from brain.jobs.rehearsals.player import (
    Move,
    breaks_card,
    move_from_step,
    move_of,
    player_prompt,
    step_of_move,
)
from brain.jobs.rehearsals.ports import PLAYER, RehearsalStore, Step
from brain.jobs.rehearsals.scenario import Scenario
from brain.jobs.rehearsals.verdict import is_players, is_said
from brain.run.journal import Entry, Equipped, Joined, Overheard
from brain.run.messages import Heard, How, LogEntry, Message, Utterance
from brain.run.moves import Arrival
from brain.run.ports import Clock, Model
from brain.run.records import entry_to_journal, entry_to_wire
from brain.run.store import StateStore
from brain.run.turn import Turn

MOVE_S = 60.0  # seconds for a move of the player, retries included
ANSWER_S = 1.2  # seconds from the end of a question to a spoken answer; an earlier one is an echo
PAGE = 500  # entries of a log that is read at once
OVER = f"{PLAYER} over"  # in place of a run id: what the player says while the brain works
OPENING = "start"  # message id of the first text

logger = logging.getLogger(__name__)


class Cost(Struct, frozen=True, kw_only=True):
    """The tokens of some model calls. `usd` is None if the price of one of them is not known."""

    tokens_in: int = 0
    tokens_out: int = 0
    usd: Decimal | None = Decimal(0)

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def with_call(self, cost: Json) -> "Cost":
        """Add one call: its tokens in all, and those of its answer as far as they are known."""
        tokens, answer = cost.get("tokens") or 0, cost.get("answerTokens") or 0
        usd = cost.get("usd")
        known = tokens == 0 or usd is not None
        return Cost(
            tokens_in=self.tokens_in + max(tokens - answer, 0),
            tokens_out=self.tokens_out + answer,
            usd=self.usd + Decimal(str(usd or 0)) if self.usd is not None and known else None,
        )


def cost_of_steps(steps: Sequence[Step]) -> Cost:
    """Return what the brain and the player have used."""
    cost = Cost()
    for step in steps:
        if step.entry.get("is") in ("answered", "player"):
            cost = cost.with_call(step.entry)
    return cost


def new_entries(run: MindRun, log: Sequence[LogEntry]) -> list[Json]:
    """Return what the journal of a run has besides that of the run which it continues."""
    seqs = (e.seq for e in log if isinstance(e, Utterance) and e.run_id == run.run_id)
    first = min(seqs, default=0)
    begin = 0
    for place, entry in enumerate(run.journal):
        if isinstance(entry, Joined) and entry.utterance.seq == first:
            begin = place
            break
    return [_step(entry) for entry in run.journal[begin:]]


def _step(entry: Entry) -> Json:
    match entry:
        case Joined(utterance=utterance):
            return {"is": "joined", "utterance": entry_to_wire(utterance)}
        case Overheard() | Equipped():
            return {"is": type(entry).__name__.lower(), "seq": entry.seq}
        case _:
            form: Json = json.loads(entry_to_journal(entry).removeprefix("e "))
            return form


def turns_of(log: Sequence[LogEntry]) -> int:
    """Return how many texts the player has said."""
    return sum(map(is_players, log))


class Playing(Struct, frozen=True, kw_only=True):
    """One rehearsal while it is played."""

    mind_id: str
    scenario: Scenario
    seed: int
    store: StateStore
    kept: RehearsalStore
    model: Model
    clock: Clock

    async def log(self) -> list[LogEntry]:
        """Return the whole log."""
        entries: list[LogEntry] = []
        while True:
            since = entries[-1].seq if entries else 0
            page = await self.store.read(self.mind_id, since=since, limit=PAGE)
            entries += page.entries
            if len(page.entries) < PAGE:
                return entries

    def cuts(self, log: Sequence[LogEntry]) -> dict[int, int]:
        """Return which messages the player has cut off, and after how many characters."""
        spoken = [e for e in log if isinstance(e, Message) and is_said(e)]
        found = {e.seq: cut_at(_speech(e), self.scenario.ear, self.seed, e.seq) for e in spoken}
        return {seq: cut for seq, cut in found.items() if cut is not None}

    async def mark_heard(self, log: Sequence[LogEntry]) -> list[str]:
        """Report how much was heard of what the brain has said since the player's last text.

        Return the texts that were heard to their end.
        """
        cuts, played = self.cuts(log), []
        for entry in _since_last_text(log):
            if isinstance(entry, Message) and is_said(entry):
                cut = cuts.get(entry.seq)
                how = How.PLAYED if cut is None else How.CUT_OFF
                await self.store.heard(self.mind_id, Heard(seq=entry.seq, how=how, chars=cut or 0))
                played += [entry.text] if cut is None else []
        return played

    async def move(self, log: Sequence[LogEntry], *, is_over: bool = False) -> Move | None:
        """Return the player's next move, the same one for the same turn. None: it makes no sense.

        Raises ModelFault, DatabaseUnreachable.
        """
        turn, kind = turns_of(log), OVER if is_over else PLAYER
        for step in await self.kept.steps(self.mind_id):
            if (step.run_id, step.place) == (kind, turn):
                return _sensible(move_from_step(step.entry))
        prompt = player_prompt(self.scenario, log, self.cuts(log), is_over=is_over)
        answer = await self.model.answer(prompt, limit_s=MOVE_S)
        entry = step_of_move(move_of(answer) or Move(), answer)
        step = Step(run_id=kind, place=turn, entry=entry)
        return _sensible(move_from_step(await self.kept.keep_step(self.mind_id, step)))

    def heard_by_brain(self, text: str, turn: int) -> str:
        """Return what the ear makes of the player's text."""
        return misheard(text, self.scenario.ear, self.seed, turn)

    async def wait(self, turn: int, *, is_answer: bool) -> None:
        """Let the time pass that a person takes."""
        pause = pause_s(self.scenario.ear, self.seed, turn)
        await self.clock.sleep(max(pause, ANSWER_S if is_answer else 0.0))


def _sensible(move: Move) -> Move | None:
    return move if move.text or move.is_end else None


def _speech(message: Message) -> str:
    return message.text if message.speech is None else message.speech


def _since_last_text(log: Sequence[LogEntry]) -> Sequence[LogEntry]:
    last = max((place for place, entry in enumerate(log) if is_players(entry)), default=-1)
    return log[last + 1 :]


class TalksOver(NothingAround, Struct, frozen=True, kw_only=True):
    """The player says a second thing while the brain works on the first, as the seed decides."""

    playing: Playing

    async def before(self, turn: Turn) -> None:
        """Say it before the first loop of the run, so that it joins in the middle.

        A second process that does the same says the same, under the same message id. If the
        player's model fails, nothing is said over.
        """
        playing = self.playing
        log = await playing.log()
        said = turns_of(log)
        mine = [e for e in log if is_players(e) and e.run_id == turn.run.run_id]
        is_first = len(mine) == 1 and log[-1] is mine[0]
        ear, seed = playing.scenario.ear, playing.seed
        if not is_first or said >= playing.scenario.max_turns or not talks_over(ear, seed, said):
            return
        try:
            move = await playing.move(log, is_over=True)
        except ModelFault as fault:
            logger.warning("rehearsal: not said over, reason=%s", fault)
            return
        if move is not None and move.text and not breaks_card(move.text, playing.scenario):
            await playing.store.admit(self._arrival(turn, move.text, said))

    def _arrival(self, turn: Turn, text: str, place: int) -> Arrival:
        clock = self.playing.clock
        return Arrival(
            user_id=self.playing.mind_id,
            id=clock.new_id(),
            text=self.playing.heard_by_brain(text, place),
            message_id=say_id(place),
            created_at=turn.services.clock.utc(),
            recent_context=(),
            holder=PLAYER,
            new_run_id=clock.new_id(),
        )

    async def between(self, turn: Turn) -> None:
        return None

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None


def say_id(turn: int) -> str:
    """Return the message id of the player's text with this number; the opening has 0."""
    return OPENING if turn == 0 else f"say-{turn}"

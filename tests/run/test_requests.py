"""Every request that a run sends keeps the rules of the strictest servers."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from brain.chat.notes import LEFT_OUT, LeftOut
from brain.chat.strict import SPOKE_FIRST
from brain.codec import Json, dumps
from brain.run.context import compose
from brain.run.journal import Answered, Entry, Joined, Overheard, Returned, Run, Spent
from brain.run.limits import Limits
from brain.run.messages import Remark
from brain.run.ports import Prompt
from brain.tools.spec import ToolCall
from local.model.strict import broken
from tests.fakes.requests import request_of
from tests.run.talks import Moment, brain, runs, user

RANDOM = settings(deadline=None, max_examples=60)  # a busy machine is slow


def prompt_of(moment: Moment, limits: Limits | None = None, *, wrap_up: bool = False) -> Prompt:
    limits = limits or Limits()
    newest = moment.history[-limits.tail_entries :]
    return compose(moment.run, newest, limits=limits, wrap_up=wrap_up)


def faults(prompt: Prompt) -> dict[str, str]:
    return broken(request_of(prompt))


def chars(prompt: Prompt) -> int:
    return len(dumps({"m": list(prompt.messages)})) - len('{"m":}')


def begins_with(later: list[Json], earlier: list[Json]) -> bool:
    """Whether a request begins with another one. A text may have been added to its last message."""
    *before, last = earlier
    same = later[len(before)]
    is_longer = last["role"] == same["role"] == "user" and same["content"].startswith(
        last["content"]
    )
    return later[: len(before)] == before and (same == last or is_longer)


@RANDOM
@given(runs(), st.booleans())
def test_every_request_keeps_all_rules(moments: list[Moment], wrap_up: bool) -> None:
    for moment in moments:
        assert faults(prompt_of(moment, wrap_up=wrap_up)) == {}


@RANDOM
@given(runs(), st.integers(0, 3_000), st.integers(0, 3_000), st.integers(1, 20))
def test_requests_with_little_room_keep_all_rules(
    moments: list[Moment], history: int, journal: int, entries: int
) -> None:
    limits = Limits(history_chars=history, journal_chars=journal, tail_entries=entries)
    for moment in moments:
        assert faults(prompt_of(moment, limits)) == {}


@RANDOM
@given(runs())
def test_within_a_run_each_request_begins_with_the_one_before_it(moments: list[Moment]) -> None:
    for before, after in pairwise(moments):
        earlier, later = prompt_of(before).messages, prompt_of(after).messages
        if before.run.run_id == after.run.run_id and before.run.journal != after.run.journal:
            assert begins_with(list(later), list(earlier))


@RANDOM
@given(runs())
def test_a_call_has_the_same_id_in_all_requests(moments: list[Moment]) -> None:
    def ids(moment: Moment) -> list[str]:
        messages = prompt_of(moment).messages
        return [call["id"] for m in messages for call in m.get("tool_calls", ())]

    for before, after in pairwise(moments):
        assert ids(after)[: len(ids(before))] == ids(before)
        assert len(ids(after)) == sum(
            len(entry.calls) for entry in after.run.journal if isinstance(entry, Answered)
        )


@RANDOM
@given(runs(), st.lists(st.integers(0, 12_000), min_size=1, max_size=4))
def test_a_shorter_prompt_fits_or_is_the_least_and_keeps_all_rules(
    moments: list[Moment], sizes: list[int]
) -> None:
    prompt = prompt_of(moments[-1])
    for size in sorted(sizes, reverse=True):
        shorter = prompt.shorter(size)
        if shorter is None:
            assert chars(prompt) > size
            break
        assert faults(shorter) == {}
        assert chars(shorter) <= max(size, chars(prompt) - 1)
        assert chars(shorter) <= chars(prompt)
        prompt = shorter


@RANDOM
@given(runs())
def test_what_the_user_has_said_in_the_run_is_in_the_request(moments: list[Moment]) -> None:
    for moment in moments:
        shown = "\n".join(str(message["content"]) for message in prompt_of(moment).messages)
        texts = [e.utterance.text for e in moment.run.journal if isinstance(e, Joined)]
        assert all(text in shown for text in texts)


def test_what_a_provider_refuses_is_left_out() -> None:
    call = ToolCall(id="c", name="read", arguments="{}")
    remark = Remark(role="assistant", text="Bad remark.")
    journal: list[Entry] = [
        Overheard(seq=9, remarks=(remark,)),
        Joined(utterance=user(9, "Bad request.")),
        Answered(text="", calls=(call, replace(call, id="d"))),
        Returned(tool_call_id="c", text="Good."),
        Returned(tool_call_id="d", text="Bad result.", foreign=True),
    ]
    run = Run(run_id="r", step=0, first_seq=9, spent=Spent(started_ms=0), journal=(*journal,))
    history = (user(1, "Bad text."), brain(2, "Bad message."), brain(3, "Good."))
    left_out = LeftOut(seqs={1, 2, 9}, results={1})
    prompt = compose(run, history, limits=Limits(), wrap_up=False, left_out=left_out)
    assert faults(prompt) == {}
    assert [message["content"] for message in prompt.messages[1:]] == [
        LEFT_OUT, f"{LEFT_OUT}\n\nGood.", LEFT_OUT, None, "Good.", LEFT_OUT
    ]  # fmt: skip


def test_a_shorter_prompt_of_a_longer_run_begins_with_the_one_before_it() -> None:
    def grown(answers: int) -> Moment:
        journal: list[Entry] = [Joined(utterance=user(9, "Read all."))]
        for i in range(answers):
            call = ToolCall(id="c", name="read", arguments="{}")
            result = Returned(tool_call_id="c", text=f"{i} " * 1_000)
            journal += [Answered(text="", calls=(call,)), result]
        run = Run(run_id="r", step=0, first_seq=9, spent=Spent(started_ms=0), journal=(*journal,))
        return Moment(run=run, history=[user(1, "Hi."), brain(2, "Hello.")])

    shorter = [prompt_of(grown(n)).shorter(14_000) for n in range(1, 30)]
    requests = [list(prompt.messages) for prompt in shorter if prompt is not None]
    assert len(requests) == 29
    assert all("Hello." in dumps({"m": request}) for request in requests)
    changed = [a for a, b in pairwise(requests) if not begins_with(b, a)]
    assert 0 < len(changed) <= 29 // 2


def test_nothing_can_go_from_a_short_prompt() -> None:
    joined = (Joined(utterance=user(1, "Hi.")),)
    run = Run(run_id="r", step=0, first_seq=1, spent=Spent(started_ms=0), journal=joined)
    assert prompt_of(Moment(run=run, history=())).shorter(100) is None


def test_a_growing_history_begins_at_the_same_place_for_a_while() -> None:
    log = [user(n, f"Text {n}.") if n % 2 else brain(n, f"So {n}.") for n in range(1, 200)]
    firsts = []
    for end in range(41, 200, 2):
        joined = (Joined(utterance=user(end, "And?")),)
        run = Run(run_id="r", step=0, first_seq=end, spent=Spent(started_ms=0), journal=joined)
        shown = prompt_of(Moment(run=run, history=log[: end - 1])).messages[1:]
        firsts.append(shown[1 if shown[0]["content"] == SPOKE_FIRST else 0]["content"])
        assert len(shown) >= 40 * 2 // 3
    assert len(set(firsts)) <= 200 // 10

"""Which page says a message aloud: exactly one, and for an answer the one that asked while it is
there.
"""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from brain.chat.hearing import ITSELF
from brain.cloud.redis.devices.claims import Claim, claim, note_gone, note_member, pages
from brain.cloud.redis.devices.pages import LogGrowth
from brain.cloud.redis.scripts import Keys, Redis
from brain.run.messages import Draft, Heard, How, Kind
from brain.run.moves import Admitted, AnsweredAside, CommitKind
from tests.contracts.store.stage import NOON, Stage, Twice, commit, draft

pytestmark = pytest.mark.asyncio(loop_scope="package")

ANSWER = 2  # the seq of the message after the first text
A, B, C = "page-of-a", "page-of-b", "page-of-c"
LONG_S = 30.0  # seconds; longer than the claim of a short message, and than a page's visit to ask


async def claimed(
    stage: Stage, device: str, seq: int = ANSWER, redis: Redis | None = None
) -> Claim:
    return await claim(redis or stage.redis, stage.user, seq, device=device, now=NOON)


async def answered(stage: Stage, asker: str = "", text: str = "Bye.") -> None:
    """A text at 1 by this page, and its answer at 2."""
    admitted = await stage.store().admit(replace(stage.arrival(), device=asker))
    assert isinstance(admitted, Admitted)
    await stage.last(admitted.token, text)


async def there(stage: Stage, *devices: str, is_on: bool = True, at_ms: int = 1_000) -> None:
    for device in devices:
        await note_member(stage.redis, Keys.of(stage.user).user, device, is_on=is_on, at_ms=at_ms)


async def heard(stage: Stage, how: How, *, chars: int = 0, claim: int = 0) -> None:
    mark = Heard(seq=ANSWER, how=how, chars=chars)
    assert await stage.store().heard(stage.user, mark, claim=claim) is not None


async def test_what_nobody_asked_for_is_said_by_the_page_that_claims_it_first(
    stage: Stage,
) -> None:
    await answered(stage)

    first, second, third = [await claimed(stage, device) for device in (A, B, C)]

    assert first.state == "yours"
    assert 10_000 < first.left_ms < 12_000
    assert (second.state, third.state) == ("held", "held")
    assert 0 < second.left_ms <= first.left_ms


async def test_a_claim_whose_response_was_lost_is_the_same_claim_when_it_is_sent_again(
    stage: Stage,
) -> None:
    await answered(stage)

    first = await claimed(stage, A, redis=Twice(stage.redis))
    again = await claimed(stage, A)

    assert (first.state, again.state) == ("yours", "yours")
    assert again.claim == first.claim
    assert again.left_ms <= first.left_ms
    assert (await claimed(stage, B)).state == "held"


async def test_a_claim_that_nobody_follows_up_is_free_again(patient: Stage) -> None:
    await answered(patient)
    lost = await claimed(patient, A)

    await patient.pass_time(lost.left_ms / 1000)

    assert (await claimed(patient, B)).state == "yours"
    assert (await claimed(patient, C)).state == "held"
    assert (await claimed(patient, A)).state == "held"


async def test_a_long_message_is_claimed_for_as_long_as_a_slow_voice_needs(stage: Stage) -> None:
    await answered(stage, text='She said "no". ' * 40)

    assert (await claimed(stage, A)).left_ms > 60_000


@pytest.mark.parametrize(("how", "chars"), [(How.PLAYED, 0), (How.CUT_OFF, 12), (How.SHOWN, 0)])
async def test_what_was_heard_on_one_page_is_said_on_no_other(
    patient: Stage, how: How, chars: int
) -> None:
    await answered(patient)
    await claimed(patient, A)
    await heard(patient, how, chars=chars)

    assert (await claimed(patient, B)).state == "over"
    await patient.pass_time(LONG_S)
    assert (await claimed(patient, B)).state == "over"


async def test_what_was_only_seen_elsewhere_is_still_said(stage: Stage) -> None:
    await answered(stage)
    await heard(stage, How.SHOWN)

    assert (await claimed(stage, B)).state == "yours"


async def test_a_page_that_made_no_sound_lets_another_one_speak_at_once(stage: Stage) -> None:
    await answered(stage)
    mute = await claimed(stage, A)

    await heard(stage, How.UNSPOKEN, claim=mute.claim)

    assert (await claimed(stage, B)).state == "yours"


async def test_a_late_report_does_not_release_the_claim_of_another_page(patient: Stage) -> None:
    await answered(patient)
    slow = await claimed(patient, A)
    await patient.pass_time(LONG_S)
    assert (await claimed(patient, B)).state == "yours"

    await heard(patient, How.UNSPOKEN, claim=slow.claim)
    await heard(patient, How.UNSPOKEN)

    assert (await claimed(patient, C)).state == "held"


async def test_an_answer_is_for_the_page_that_asked_now_and_later(patient: Stage) -> None:
    await there(patient, A, B)
    await answered(patient, f"{A} 1.2")

    assert (await claimed(patient, B)).state == "over"
    await patient.pass_time(LONG_S)
    assert (await claimed(patient, B)).state == "over"


async def test_a_page_that_asked_and_speaks_gets_its_time_and_its_answer_is_for_no_other(
    patient: Stage,
) -> None:
    await there(patient, A, B)
    await answered(patient, f"{A}! 1.2")

    first = await claimed(patient, B)

    assert (first.state, (await claimed(patient, A)).state) == ("held", "yours")
    await patient.pass_time(first.left_ms / 1000)
    assert (await claimed(patient, B)).state == "over"


async def test_if_the_page_that_asked_goes_before_it_was_heard_another_one_says_it(
    patient: Stage,
) -> None:
    await there(patient, A, B)
    await answered(patient, f"{A}!")
    first = await claimed(patient, B)
    await there(patient, A, is_on=False, at_ms=2_000)

    await patient.pass_time(first.left_ms / 1000)

    assert (await claimed(patient, B)).state == "yours"


async def test_if_the_page_that_asked_has_gone_another_one_says_the_answer_at_once(
    stage: Stage,
) -> None:
    await there(stage, A, B)
    admitted = await stage.store().admit(replace(stage.arrival(), device=A))
    assert isinstance(admitted, Admitted)
    await there(stage, A, is_on=False, at_ms=2_000)  # by the channel's clock
    await stage.last(admitted.token)

    assert (await claimed(stage, B)).state == "yours"
    assert (await claimed(stage, C)).state == "held"


async def test_a_page_that_has_just_asked_counts_as_there_for_a_moment_on_any_road(
    patient: Stage,
) -> None:
    await answered(patient, A)
    first = await claimed(patient, B)
    assert first.state == "held"

    await patient.pass_time(first.left_ms / 1000)

    assert (await claimed(patient, B)).state == "yours"


@pytest.mark.parametrize("asker", [A, f"{A}!"])
async def test_a_page_that_polls_counts_as_there_for_as_long_as_it_does(
    patient: Stage, asker: str
) -> None:
    await answered(patient, asker)
    polling = patient.store().read_by(A)
    await polling.status(patient.user, is_here=True)
    first = await claimed(patient, B)
    await patient.pass_time(first.left_ms / 1000 - 1)
    await polling.status(patient.user, is_here=True)
    await patient.pass_time(1)
    assert (await claimed(patient, B)).state == "over"

    await patient.pass_time(LONG_S)

    assert (await claimed(patient, B)).state == "yours"


async def test_a_page_counts_as_there_until_it_closes_its_stream(patient: Stage) -> None:
    await answered(patient, A)
    await patient.store().read_by(A).here(patient.user)
    await patient.pass_time(LONG_S * 2)
    first = await claimed(patient, B)
    await patient.pass_time(first.left_ms / 1000)
    assert [first.state, (await claimed(patient, B)).state] == ["held", "over"]

    await note_gone(patient.redis, patient.user, A)

    assert (await claimed(patient, B)).state == "yours"


async def test_closing_a_stream_does_not_take_a_page_off_the_channel(patient: Stage) -> None:
    await there(patient, A)
    await answered(patient, A)
    await patient.pass_time(LONG_S)
    await note_gone(patient.redis, patient.user, A)

    assert (await claimed(patient, B)).state == "over"


async def test_a_late_report_of_the_channel_does_not_bring_a_page_back(patient: Stage) -> None:
    await there(patient, A, is_on=False, at_ms=3_000)
    await there(patient, A, is_on=True, at_ms=2_000)
    await answered(patient, A)
    await patient.pass_time(LONG_S)

    assert (await claimed(patient, B)).state == "yours"


async def test_if_the_channel_is_empty_no_page_is_on_it(stage: Stage) -> None:
    await there(stage, A, B)
    assert (await pages(stage.redis, stage.user)).names == {A, B}

    await there(stage, "", is_on=False, at_ms=2_000)

    assert (await pages(stage.redis, stage.user)).names == frozenset()


async def test_what_a_call_has_asked_for_is_said_by_the_call(patient: Stage) -> None:
    await answered(patient, ITSELF)
    await patient.pass_time(LONG_S)

    assert (await claimed(patient, B)).state == "over"


async def test_what_a_call_has_asked_for_is_said_by_a_page_if_the_call_ended_before(
    stage: Stage,
) -> None:
    admitted = await stage.store().admit(replace(stage.arrival(), device=ITSELF))
    assert isinstance(admitted, Admitted)
    last = replace(commit(0, CommitKind.END, "Bye."), left_ms=admitted.now_ms)
    await stage.store().commit(admitted.token, last)

    assert (await claimed(stage, B)).state == "yours"


async def test_an_answer_beside_the_run_is_for_the_page_that_asked_too(patient: Stage) -> None:
    await there(patient, A, B)
    await patient.begin()
    aside = replace(patient.arrival("How far are you?", run="r9"), device=A)
    told = await patient.store().aside(aside, draft("Half."))
    assert isinstance(told, AnsweredAside)

    assert (await claimed(patient, B, told.message.seq)).state == "over"
    assert (await claimed(patient, A, told.message.seq)).state == "yours"


async def test_the_tabs_of_one_browser_are_one_voice(patient: Stage) -> None:
    await there(patient, "browser1_tab1", "browser1_tab2", B)
    await answered(patient, "browser1_tab1")
    await there(patient, "browser1_tab1", is_on=False, at_ms=2_000)

    assert (await claimed(patient, B)).state == "over"
    assert (await claimed(patient, "browser1_tab2")).state == "yours"


@pytest.mark.parametrize("seq", [1, 9])
async def test_only_a_message_can_be_claimed(stage: Stage, seq: int) -> None:
    await answered(stage)
    assert (await claimed(stage, A, seq)).state == "unknown"


@pytest.mark.parametrize(("seconds", "state"), [(-1, "over"), (0, "over"), (1, "yours")])
async def test_an_expired_message_is_said_by_nobody(stage: Stage, seconds: int, state: str) -> None:
    admitted = await stage.begin()
    expires_at = NOON + timedelta(seconds=seconds)
    last = replace(commit(0, CommitKind.END), drafts=(_expiring(expires_at),))
    await stage.store().commit(admitted.token, last)

    assert (await claimed(stage, A)).state == state


async def test_many_claims_and_pages_do_not_pile_up(stage: Stage) -> None:
    await answered(stage)
    for number in range(40):
        await there(stage, f"page-{number:04}")
    fields = await stage.redis.execute(
        ["HMGET", Keys.of(stage.user).key("run"), "devices", "claims"], limit_s=4
    )
    assert fields[0].count(";") == 16
    assert "page-0039" in fields[0]


async def test_the_store_says_who_may_listen_when_the_log_grows(stage: Stage) -> None:
    grown: list[LogGrowth] = []
    store = stage.store().telling(grown.append)
    await there(stage, A, B)
    admitted = await store.admit(replace(stage.arrival(), device=A))
    assert isinstance(admitted, Admitted)
    await store.commit(admitted.token, commit(0, CommitKind.RECORD, "A step."))
    await store.commit(admitted.token, commit(1, CommitKind.END, "Bye."))

    assert [(each.seq, each.is_last) for each in grown] == [(1, False), (3, True)]
    assert all(each.pages.names == {A, B} for each in grown)
    assert grown[0].pages.has_others(A)
    assert not replace(grown[0].pages, names=frozenset({A})).has_others(A)


async def test_a_channel_that_reports_no_pages_may_have_any(stage: Stage) -> None:
    store, digest = stage.store(), Keys.of(stage.user).user
    assert not (await pages(stage.redis, stage.user)).has_others(A)

    await store.note_presence(digest, is_occupied=True, at_ms=1_000)

    assert (await pages(stage.redis, stage.user)).has_others(A)


def _expiring(expires_at: datetime) -> Draft:
    return replace(draft("Soup is ready."), kind=Kind.NOTIFICATION, expires_at=expires_at)

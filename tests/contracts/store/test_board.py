"""What happened outside, held until somebody hears it. Every branch of the scripts, on both Redis;
what takes minutes, in memory alone.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brain.cloud.redis.moves.here import HERE_MS
from brain.cloud.redis.scripts import KEEP_MS, Keys, Redis
from brain.codec import dumps
from brain.notices.model import NOTICE, Notice, PendingNotices, Unheard
from brain.notices.reading import JUST_MS
from brain.notices.redis import HELD_KEEP_MS, MOST_HELD, SEEN_KEEP_MS, RedisNoticeBoard
from brain.run.messages import Heard, How, Kind, Message
from brain.run.moves import CommitKind, LeaseToken
from brain.run.store import Here
from tests.contracts.store.stage import NOON, SHORT, Stage, Twice, Watch, commit, draft, texts
from tests.fakes.redis import MemoryRedis

pytestmark = pytest.mark.asyncio(loop_scope="package")

MINUTE = 60.0
DAY_MS = 24 * 3600 * 1000
NEWER = dumps({"v": 2, "id": "newer", "what": "nobody here knows"})


def notice(id: str = "n1", **given: Any) -> Notice:
    plain: dict[str, Any] = {
        "id": id, "kind": "email", "text": "", "urgent": False, "at": NOON, "sender": "Anna",
        "subject": f"Letter {id}", "expires_at": NOON + timedelta(days=3),
    }  # fmt: skip
    return Notice(**{**plain, **given})


N1, N2 = notice("n1"), notice("n2")


def board(stage: Stage) -> RedisNoticeBoard:
    return RedisNoticeBoard(stage.redis)


def ids(held: PendingNotices) -> list[str]:
    return [one.id for one in held.notices]


async def say(
    stage: Stage,
    held: PendingNotices,
    *told: Notice,
    text: str = "News.",
    token: LeaseToken | None = None,
    redis: Redis | None = None,
) -> Message | None:
    """Announce these notices, as they were on the board."""
    forms = [held.forms[one.id] for one in told]
    said = replace(draft(text), id=f"id-of-{text}".replace(" ", "-"), kind=Kind.NOTIFICATION)
    return await RedisNoticeBoard(redis or stage.redis).announce(
        stage.user, said, forms=forms, noted=told, token=token
    )


async def keep(stage: Stage, name: str) -> int:
    """How long until a key of the user expires, in ms."""
    return int(await stage.redis.execute(["PTTL", Keys.of(stage.user).key(name)], limit_s=4))


async def now(stage: Stage) -> datetime:
    return (await board(stage).pending(stage.user)).now


@pytest.fixture
def patient() -> Stage:
    """A stage in memory, where time can be moved forward."""
    watch = Watch()
    return Stage(redis=MemoryRedis(lambda: watch.ms), pass_time=watch.pass_time, user="anna")


# ---- kept until it is said


async def test_what_is_held_is_kept_in_order_and_comes_back_as_it_was(stage: Stage) -> None:
    assert ids(await board(stage).pending(stage.user)) == []
    one = notice("n1", urgent=True, text="Grüße", expires_at=None, sender=None, subject=None)
    assert (await board(stage).keep(stage.user, one)).notices == (one,)
    held = await board(stage).keep(stage.user, N2)
    assert held.notices == (one, N2)
    assert held.forms == {"n1": NOTICE.write(one), "n2": NOTICE.write(N2)}
    assert replace(await board(stage).pending(stage.user), now=held.now) == held


async def test_an_event_that_is_told_again_is_held_once_also_after_it_was_said(
    stage: Stage,
) -> None:
    await board(stage).keep(stage.user, N1)
    held = await board(stage).keep(stage.user, replace(N1, subject="Told otherwise"))
    assert held.notices == (N1,)
    await say(stage, held, N1)
    assert ids(await board(stage).keep(stage.user, N1)) == []
    assert await keep(stage, "seen:n1") > SEEN_KEEP_MS - DAY_MS


async def test_what_one_user_is_to_hear_is_kept_from_another(stage: Stage) -> None:
    other = replace(stage, user=f"{stage.user}-other")
    await board(stage).keep(stage.user, N1)
    assert ids(await board(other).pending(other.user)) == []
    assert ids(await board(other).keep(other.user, N1)) == ["n1"]
    assert await texts(other) == []


async def test_of_too_many_notices_the_oldest_go_first(stage: Stage) -> None:
    for number in range(MOST_HELD + 2):
        held = await board(stage).keep(stage.user, notice(f"n{number}"))
    assert ids(held) == [f"n{number}" for number in range(2, MOST_HELD + 2)]
    assert (await stage.store().here(stage.user)).held == MOST_HELD


async def test_a_user_is_remembered_as_long_as_ever_after_something_was_held(
    stage: Stage,
) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.token)
    await board(stage).keep(stage.user, N1)
    assert await keep(stage, "run") > KEEP_MS - DAY_MS  # or `seq` would restart below the log's
    assert HELD_KEEP_MS - DAY_MS < await keep(stage, "held") <= HELD_KEEP_MS


async def test_a_user_can_talk_after_their_notices_have_expired(
    patient: Stage,
) -> None:
    admitted = await patient.begin()
    await patient.last(admitted.token)
    await board(patient).keep(patient.user, N1)
    await patient.pass_time(30 * 24 * 3600)
    await patient.store().admit(patient.arrival("Back", run="r2"))
    assert await texts(patient) == ["Hi", "Bye.", "Back"]


async def test_pages_are_told_how_much_is_held_and_not_for_ever(patient: Stage) -> None:
    store = patient.store()
    held = await board(patient).keep(patient.user, N1)
    assert await store.here(patient.user) == Here(last_seq=0, held=1)
    assert (await store.status(patient.user)).held == 1
    await say(patient, held, N1)
    assert await store.here(patient.user) == Here(last_seq=1, held=0)

    await board(patient).keep(patient.user, N2)
    await patient.pass_time(HELD_KEEP_MS / 1000 + 1)
    assert (await store.status(patient.user)).held == 1  # nobody has looked yet
    await board(patient).pending(patient.user)
    assert (await store.status(patient.user)).held == 0


async def test_a_notice_that_newer_code_has_written_waits_for_it(stage: Stage) -> None:
    await board(stage).keep(stage.user, N1)
    held_key = Keys.of(stage.user).key("held")
    await stage.redis.execute(["RPUSH", held_key, NEWER], limit_s=4)
    held = await board(stage).keep(stage.user, N2)
    assert ids(held) == ["n1", "n2"]
    assert await say(stage, held, N1, N2) is not None
    left = await stage.redis.execute(["LRANGE", held_key, "0", "-1"], limit_s=4)
    assert left == [NEWER]


# ---- said


async def test_what_is_said_leaves_the_board_and_gets_its_place_in_the_log(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.token)
    await board(stage).keep(stage.user, N1)
    held = await board(stage).keep(stage.user, N2)
    message = await say(stage, held, N1)
    assert message is not None
    assert (message.seq, message.kind, message.done_after_this) == (3, Kind.NOTIFICATION, False)
    page = await stage.store().read(stage.user, since=2, limit=10)
    assert page.entries == (message,)
    after = await board(stage).pending(stage.user)
    assert ids(after) == ["n2"]
    assert after.unheard == Unheard(message_id=message.id, notices=(N1,))
    assert (await stage.store().status(stage.user)).held == 1


async def test_it_is_said_to_somebody_who_has_never_said_anything(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    message = await say(stage, held, N1)
    assert message is not None
    assert message.seq == 1
    assert await texts(stage) == ["News."]
    assert await keep(stage, "log") > KEEP_MS - DAY_MS


async def test_of_two_concurrent_announcers_only_one_speaks(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    assert await say(stage, held, N1, text="First.")
    assert await say(stage, held, N1, text="Second.") is None
    assert await texts(stage) == ["First."]


async def test_an_announcement_that_was_just_made_is_not_repeated(stage: Stage) -> None:
    early = await board(stage).keep(stage.user, N1)
    late = await board(stage).keep(stage.user, N2)
    assert await say(stage, early, N1, text="One.")
    assert await say(stage, late, N1, N2, text="One and two.") is None
    assert await texts(stage) == ["One."]
    assert ids(await board(stage).pending(stage.user)) == ["n2"]  # for the next reader


async def test_what_is_too_late_only_leaves(stage: Stage) -> None:
    await board(stage).keep(stage.user, N1)
    held = await board(stage).keep(stage.user, N2)
    forms = [held.forms["n1"], "a form that is gone"]
    assert await board(stage).announce(stage.user, None, forms=forms) is None
    assert await texts(stage) == []
    assert ids(await board(stage).pending(stage.user)) == ["n2"]
    assert (await stage.store().status(stage.user)).held == 1


# ---- beside a brain


async def test_nothing_is_said_while_a_brain_is_at_work_nor_taken_off(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    assert held.running
    assert await say(stage, held, N1) is None
    assert await board(stage).announce(stage.user, None, forms=[held.forms["n1"]]) is None
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    held = await board(stage).pending(stage.user)
    assert (held.running, ids(held)) == (True, ["n1"])
    assert await say(stage, held, N1) is None
    assert await texts(stage) == ["Hi"]


async def test_the_brain_itself_says_it_between_two_of_its_sentences(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    committed = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    assert committed.held == 1
    message = await say(stage, held, N1, token=admitted.token)
    assert message is not None
    assert message.seq == 3
    committed = await store.commit(admitted.token, commit(1, CommitKind.FINISH, "Here."))
    assert (committed.held, [one.seq for one in committed.messages]) == (0, [4])
    assert await texts(stage) == ["Hi", "I look.", "News.", "Here."]
    assert not (await board(stage).pending(stage.user)).running


@pytest.mark.parametrize("change", [{"run_id": "r0"}, {"fence": 7}])
async def test_a_brain_that_lost_its_lease_announces_nothing(
    stage: Stage, change: dict[str, Any]
) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    assert await say(stage, held, N1, token=replace(admitted.token, **change)) is None
    assert await texts(stage) == ["Hi"]


async def test_a_brain_that_has_handed_over_says_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    handed = await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    for fence in (admitted.token.fence, handed.fence):
        assert await say(stage, held, N1, token=replace(admitted.token, fence=fence)) is None


async def test_a_brain_whose_run_has_ended_says_nothing_more_as_one(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    await stage.last(admitted.token)
    assert await say(stage, held, N1, token=admitted.token) is None
    assert await say(stage, held, N1) is not None


async def test_an_expired_lease_does_not_block_announcements(stage: Stage) -> None:
    await stage.begin(SHORT)
    assert (await board(stage).keep(stage.user, N1)).running
    await stage.run_out()
    held = await board(stage).pending(stage.user)
    assert not held.running
    assert await say(stage, held, N1) is not None
    assert await texts(stage) == ["Hi", "News."]


async def test_a_message_in_between_does_not_disturb_a_commit_that_is_sent_again(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    first = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    await say(stage, held, N1, token=admitted.token)
    again = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    assert again.messages == first.messages
    assert await texts(stage) == ["Hi", "I look.", "News."]


# ---- sent twice


async def test_every_script_that_is_sent_again_gives_the_first_ones_answer(stage: Stage) -> None:
    twice = RedisNoticeBoard(Twice(stage.redis))
    held = await twice.keep(stage.user, N1)
    assert ids(held) == ["n1"]
    assert ids(await twice.pending(stage.user)) == ["n1"]
    message = await say(stage, held, N1, redis=Twice(stage.redis))
    assert message is not None
    assert message.seq == 1
    assert await texts(stage) == ["News."]
    held = await twice.keep(stage.user, N2)
    assert await twice.announce(stage.user, None, forms=[held.forms["n2"]]) is None
    assert ids(await twice.pending(stage.user)) == []


async def test_a_say_of_a_brain_that_is_sent_again_is_said_once(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    message = await say(stage, held, N1, token=admitted.token, redis=Twice(stage.redis))
    assert message is not None
    assert await texts(stage) == ["Hi", "News."]


# ---- whether somebody is there


async def test_at_first_nobody_is_present(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    assert (held.running, held.listening, held.contact) == (False, False, None)
    assert abs(held.now - datetime.now(UTC)) < timedelta(days=365)


@pytest.mark.parametrize("by", ["status", "stream"])
async def test_a_page_that_asks_or_streams_is_there_and_has_never_been_before(
    stage: Stage, by: str
) -> None:
    if by == "status":
        await stage.store().status(stage.user, is_here=True)
    else:
        await stage.store().here(stage.user)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, None)


async def test_a_status_request_by_another_client_is_not_presence(stage: Stage) -> None:
    await stage.store().status(stage.user)
    assert not (await board(stage).pending(stage.user)).listening


async def test_a_user_who_keeps_polling_stays_present(patient: Stage) -> None:
    for _ in range(10):
        await patient.store().here(patient.user)
        await patient.pass_time(HERE_MS / 1000 / 2)
    held = await board(patient).pending(patient.user)
    assert held.listening
    assert held.contact == held.now


async def test_a_user_who_stops_polling_was_last_present_at_the_last_poll(
    patient: Stage,
) -> None:
    asked = await now(patient)
    await patient.store().here(patient.user)
    await patient.pass_time(HERE_MS / 1000)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (False, asked)


async def test_a_returning_user_was_last_present_when_they_left(patient: Stage) -> None:
    left = await now(patient)
    await patient.store().here(patient.user)
    await patient.pass_time(60 * MINUTE)
    await patient.store().here(patient.user)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (True, left)
    await patient.pass_time(JUST_MS / 1000)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (True, held.now)


async def channel(stage: Stage, *, is_occupied: bool, at: datetime) -> None:
    digest, at_ms = Keys.of(stage.user).user, round(at.timestamp() * 1000)
    await stage.store().note_presence(digest, is_occupied=is_occupied, at_ms=at_ms)


async def test_a_user_subscribed_to_the_channel_is_present(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, None)  # just come, and never before


async def test_a_user_with_a_long_subscription_was_not_away(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at - timedelta(hours=1))
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, held.now)


async def test_a_user_returning_to_the_channel_was_last_present_when_they_left_it(
    stage: Stage,
) -> None:
    at, hour = await now(stage), timedelta(hours=1)
    for _ in range(2):  # words of the channel that come twice
        await channel(stage, is_occupied=True, at=at - 3 * hour)
    await channel(stage, is_occupied=False, at=at - 2 * hour)
    assert not (await board(stage).pending(stage.user)).listening
    for _ in range(2):
        await channel(stage, is_occupied=True, at=at)
    held = await board(stage).pending(stage.user)
    assert held.listening
    assert held.contact is not None
    assert abs(held.contact - (at - 2 * hour)) < timedelta(milliseconds=1)


async def test_a_user_who_just_left_the_channel_is_not_present(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at - timedelta(hours=1))
    await channel(stage, is_occupied=False, at=at)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (False, None)


async def test_a_page_that_switches_the_road_was_away(
    patient: Stage,
) -> None:
    left = await now(patient)
    await channel(patient, is_occupied=True, at=left - timedelta(hours=1))
    await channel(patient, is_occupied=False, at=left)
    await patient.pass_time(60 * MINUTE)
    await patient.store().status(patient.user, is_here=True)
    assert (await board(patient).pending(patient.user)).contact == left
    await channel(patient, is_occupied=True, at=await now(patient))
    assert (await board(patient).pending(patient.user)).contact == left


async def test_a_page_that_connects_again_while_it_asks_was_there_all_the_time(
    patient: Stage,
) -> None:
    for _ in range(3):
        await patient.store().here(patient.user)
        await patient.pass_time(MINUTE)
    await channel(patient, is_occupied=True, at=await now(patient))
    held = await board(patient).pending(patient.user)
    assert held.contact == held.now


async def test_a_user_who_speaks_is_present_on_any_road(patient: Stage) -> None:
    admitted = await patient.begin()
    spoke = await now(patient)
    await patient.pass_time(MINUTE)
    await patient.last(admitted.token)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (False, spoke)


@pytest.mark.parametrize("channel", ["1769860800000 1", "1769860800000 0"])
async def test_what_older_code_has_written_of_a_users_ear_is_understood(
    patient: Stage, channel: str
) -> None:
    keys = Keys.of(patient.user)
    await patient.redis.execute(["HSET", keys.key("run"), "channel", channel], limit_s=4)
    await patient.redis.execute(["SET", keys.key("here"), "1", "PX", "100000"], limit_s=4)
    await patient.pass_time(60 * MINUTE)
    held = await board(patient).pending(patient.user)
    assert held.listening is channel.endswith("1")
    assert held.listening is (held.contact == held.now)


# ---- what nobody has heard yet


async def unheard_of(stage: Stage) -> Unheard | None:
    return (await board(stage).pending(stage.user)).unheard


async def test_a_message_is_unheard_until_it_was_heard(stage: Stage) -> None:
    message = await say(stage, await board(stage).keep(stage.user, N1), N1)
    assert message is not None
    store = stage.store()
    await store.heard(stage.user, Heard(seq=message.seq, how=How.UNSPOKEN))
    assert await unheard_of(stage) == Unheard(message_id=message.id, notices=(N1,))
    await store.heard(stage.user, Heard(seq=message.seq, how=How.CUT_OFF, chars=3))
    assert await unheard_of(stage) is None


async def test_who_has_spoken_since_has_had_their_chance_to_hear_it(stage: Stage) -> None:
    await say(stage, await board(stage).keep(stage.user, N1), N1)
    assert await unheard_of(stage) is not None
    await stage.store().admit(stage.arrival("What is it?"))
    assert await unheard_of(stage) is None


async def test_only_the_last_message_can_be_replaced(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    await say(stage, held, N1, text="First.")
    held = await board(stage).keep(stage.user, N2)
    await say(stage, held, N2, text="Second.")
    assert await unheard_of(stage) == Unheard(message_id="id-of-Second.", notices=(N2,))


async def test_a_message_that_newer_code_has_said_is_not_replaced_by_one_that_tells_less(
    stage: Stage,
) -> None:
    await say(stage, await board(stage).keep(stage.user, N1), N1)
    stored = dumps({"notices": [NOTICE.write(N1), NEWER]})
    noted = f"id-of-it 1 {stored}"
    await stage.redis.execute(["HSET", Keys.of(stage.user).key("run"), "noted", noted], limit_s=4)
    assert await unheard_of(stage) is None

"""Notices are held until somebody hears them. On both Redis; what takes days, in memory alone."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.codec import dumps
from brain.notices.model import NOTICE, Unheard
from brain.notices.redis import HELD_KEEP_MS, MOST_HELD, SEEN_KEEP_MS
from brain.run.messages import Heard, How
from brain.run.store import Here
from tests.contracts.store.board.stage import DAY_MS, N1, N2, board, ids, keep, notice, say
from tests.contracts.store.stage import Stage, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")

NEWER = dumps({"v": 2, "id": "newer", "what": "nobody here knows"})


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

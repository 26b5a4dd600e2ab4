"""The feed of a user's log for a listener, in virtual time."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.cloud.redis.scripts import Keys
from brain.errors import StoreUnreachable
from brain.http.feed import BLIND_LOOK_S, LOOK_S, PAGE, LogReset, RunChange
from brain.run.messages import Message
from brain.run.step import CONTINUE
from tests.fakes.archive import FakeArchive
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.world import World
from tests.http.listener import Listener, MoodyNews

HOUR_S = 3600.0


async def talk(world: World, turns: int = 1, *, user: str = "anna") -> None:
    """So many turns of two entries each, slowly enough for the user's rate."""
    for _ in range(turns):
        await world.ask("Hi", user=user)
        await asyncio.sleep(1)


# ---- what is told


@in_virtual_time
async def test_existing_entries_come_first_and_new_ones_follow() -> None:
    world = World([words("Yes.")])
    await talk(world, 2)
    anna = Listener(world, since=1)
    anna.come()
    await anna.until(lambda found: found.since == 4)
    began = world.clock.now()
    await world.ask("And?")
    await anna.until(lambda found: found.since == 6)
    assert world.clock.now() - began < 1
    await anna.leave()
    assert anna.seqs() == [2, 3, 4, 5, 6]
    assert [item for item in anna.items if isinstance(item, Message)] == await world.said()


@in_virtual_time
async def test_a_long_log_is_sent_completely() -> None:
    world = World([words("Yes.")])
    await talk(world, PAGE + 1)
    anna = Listener(world)
    await anna.follow(until=world.clock.now() + 5)
    assert anna.seqs() == list(range(1, 2 * PAGE + 3))


@in_virtual_time
async def test_entries_that_the_store_has_deleted_come_from_the_archive() -> None:
    world, archive = World([words("Yes.")]), FakeArchive()
    await talk(world, PAGE)
    await archive.store("anna", (await world.log())[: PAGE + 20])
    await world.ports.store.trim("anna", below=PAGE + 21)
    anna = Listener(world, since=3, archive=archive)
    await anna.follow(until=world.clock.now() + 5)
    assert anna.seqs() == list(range(4, 2 * PAGE + 1))


@in_virtual_time
async def test_an_entry_of_newer_code_is_skipped_and_hides_no_others() -> None:
    world = World([words("Yes.")])
    await talk(world, PAGE)
    log = world.redis.dump(Keys.of("anna").key("log"))
    for seq in (7, 2 * PAGE):
        log[seq - 1][1][1] = '{"v":99}'
    anna = Listener(world)
    anna.come()
    await asyncio.sleep(5)
    await talk(world)
    await anna.leave()
    others = [seq for seq in range(1, 2 * PAGE + 3) if seq not in (7, 2 * PAGE)]
    assert anna.seqs() == others


@in_virtual_time
async def test_the_state_of_a_run_follows_what_was_said_until_then() -> None:
    world = World([calls((CONTINUE, '{"message":"Step."}')), words("Done.", delay_s=3)])
    anna = Listener(world)
    anna.come()
    await asyncio.sleep(1)
    await world.ask("Go")
    await asyncio.sleep(1)
    await world.ask("Go on")
    await asyncio.sleep(1)
    await world.stop()
    await asyncio.sleep(1)
    await anna.leave()
    assert anna.states() == ["running", "running", "done", "running", "done"]
    ends = [at for at, item in enumerate(anna.items) if isinstance(item, RunChange)]
    done = anna.items[ends[2] - 1]
    assert isinstance(done, Message)
    assert done.done_after_this


@in_virtual_time
async def test_a_stop_is_reported() -> None:
    world = World([words("Never.", delay_s=100)])
    anna = Listener(world)
    anna.come()
    asked = world.spawn(world.ask("Go"))
    await asyncio.sleep(2)
    await world.stop()
    await anna.until(lambda found: "stopped" in found.states())
    await asked
    await anna.leave()
    assert anna.seqs() == [1, 2]


@in_virtual_time
async def test_a_listener_gets_no_entries_of_other_users() -> None:
    world = World([words("Yes.")])
    anna, bert = Listener(world), Listener(world, user="bert")
    anna.come()
    bert.come()
    await asyncio.sleep(1)
    await talk(world, 2, user="bert")
    await asyncio.sleep(LOOK_S * 2)
    assert (anna.items, bert.seqs()) == ([], [1, 2, 3, 4])
    await anna.leave()
    await bert.leave()


# ---- a log that was reset


async def forget(world: World) -> None:
    """As after 30 days, or when a store has lost everything."""
    keys = Keys.of("anna")
    for name in ("run", "log", "journal"):
        await world.redis.execute(["DEL", keys.key(name)], limit_s=4)


@in_virtual_time
async def test_a_log_that_was_reset_is_sent_from_its_start() -> None:
    world = World([words("Yes.")])
    await talk(world)
    anna = Listener(world, since=40)
    anna.come()
    await anna.until(lambda found: found.since == 2)
    await anna.leave()
    assert anna.items[0] == LogReset(last_seq=2)
    assert anna.seqs() == [1, 2]


@in_virtual_time
async def test_a_log_that_is_reset_while_it_is_followed_is_sent_from_its_start() -> None:
    world = World([words("Yes.")])
    await talk(world, 3)
    anna = Listener(world, since=4)
    anna.come()
    await anna.until(lambda found: found.since == 6)
    await forget(world)
    await talk(world)
    await asyncio.sleep(LOOK_S)
    await anna.leave()
    assert anna.seqs() == [5, 6, 1, 2]
    assert [item for item in anna.items if isinstance(item, LogReset)] == [LogReset(last_seq=2)]


@in_virtual_time
async def test_an_empty_log_is_reported_once() -> None:
    world = World([words("Yes.")])
    anna = Listener(world, since=7)
    await anna.follow(until=HOUR_S)
    assert anna.items == [LogReset(last_seq=0)]


# ---- news that do not come, or come as they like


MOODS = st.lists(st.sampled_from(["heard", "lost", "twice", "late"]), min_size=1, max_size=12)
STEPS = st.lists(
    st.sampled_from(
        ["say", "say much", "wait", "wait long", "break", "refuse", "relent", "come again"]
    ),
    max_size=14,
)


@settings(deadline=None)  # virtual time is not the machine's
@given(moods=MOODS, steps=STEPS)
@in_virtual_time
async def test_all_entries_come_once_and_in_order_for_any_loss_of_news(
    moods: list[str], steps: list[str]
) -> None:
    world = World([words("Yes.")], news=MoodyNews(*moods))
    anna = Listener(world)
    anna.come()
    for step in steps:
        await take(step, world, anna)
    world.news.refusing = False
    await asyncio.sleep(LOOK_S * 2)
    await anna.leave()
    assert anna.seqs() == [entry.seq for entry in await world.log()]
    assert world.news.listeners("anna") == 0


async def take(step: str, world: World, anna: Listener) -> None:
    match step:
        case "say":
            await world.ask("Hi")
        case "say much":
            await talk(world, 4)
        case "wait":
            await asyncio.sleep(0.7)
        case "wait long":
            await asyncio.sleep(LOOK_S * 1.3)
        case "break":
            world.news.break_off()
        case "come again":
            await anna.leave()
            anna.come()
        case _:
            world.news.refusing = step == "refuse"


@pytest.mark.parametrize("heard_s", [0, 20])
@in_virtual_time
async def test_without_news_a_text_comes_at_the_next_check(heard_s: float) -> None:
    world = World([words("Yes.")])
    world.news.refusing = not heard_s
    anna = Listener(world)
    anna.come()
    await asyncio.sleep(heard_s)
    world.news.refusing = True
    world.news.break_off()
    await asyncio.sleep(5)
    await world.ask("Hi")
    await asyncio.sleep(BLIND_LOOK_S)
    assert anna.seqs() == [1, 2]
    await anna.leave()


@in_virtual_time
async def test_what_was_said_while_the_subscription_was_broken_is_told_as_soon_as_it_is_back() -> (
    None
):
    world = World([words("Yes.")])
    anna = Listener(world)
    anna.come()
    await asyncio.sleep(5)
    world.news.break_off()
    await world.ask("Hi")
    await asyncio.sleep(2)
    assert anna.seqs() == [1, 2]
    await anna.leave()


# ---- what it costs


async def costs(world: World, anna: Listener, *, stays_s: float) -> int:
    """Commands in an hour, as they are billed: a script's call, each that it makes, and each
    subscription.
    """
    while (now := world.clock.now()) < HOUR_S:
        await anna.follow(until=min(now + stays_s, HOUR_S))
        await asyncio.sleep(1)
    return world.redis.calls + world.redis.commands + world.news.asked


@pytest.mark.parametrize("stays_s", [HOUR_S, 295.0, 240.0])
@in_virtual_time
async def test_a_silent_hour_costs_at_most_a_command_in_ten_seconds(stays_s: float) -> None:
    world = World([words("Yes.")])
    assert await costs(world, Listener(world), stays_s=stays_s) <= HOUR_S / 10


@in_virtual_time
async def test_a_log_with_an_unexpected_end_costs_no_extra_commands() -> None:
    world = World([words("Yes.")])
    await talk(world)
    world.redis.dump(Keys.of("anna").key("log"))[-1][1][1] = '{"v":99}'
    for since in (0, 40):
        before = world.redis.calls + world.redis.commands
        await Listener(world, since=since).follow(until=world.clock.now() + 1800)
        assert world.redis.calls + world.redis.commands - before < 180


@in_virtual_time
async def test_the_pauses_grow_if_subscriptions_do_not_last() -> None:
    world = World([words("Yes.")])
    anna = Listener(world)
    anna.come()
    for _ in range(round(HOUR_S / 2)):
        await asyncio.sleep(2)
        world.news.break_off()
    await anna.leave()
    assert world.news.asked <= HOUR_S / 15 + 10


@in_virtual_time
async def test_a_follower_counts_as_listening_for_any_number_of_entries() -> None:
    world = World([calls((CONTINUE, '{"message":"Step."}'), delay_s=8)])
    anna = Listener(world)
    anna.come()
    asked = world.spawn(world.ask("Go"))
    for _ in range(5):
        await asyncio.sleep(60)
        assert (await world.ports.store.status("anna")).is_listening
    await world.stop()
    await asked
    await anna.leave()


# ---- how it ends


@in_virtual_time
async def test_it_unsubscribes_when_its_time_is_over() -> None:
    world = World([words("Yes.")])
    anna = Listener(world)
    await anna.follow(until=100)
    assert world.clock.now() == pytest.approx(100)
    assert world.news.listeners("anna") == 0


@in_virtual_time
async def test_it_unsubscribes_when_it_is_cancelled() -> None:
    world = World([words("Yes.")])
    anna = Listener(world)
    anna.come()
    await asyncio.sleep(3)
    assert world.news.listeners("anna") == 1
    await anna.leave()
    assert world.news.listeners("anna") == 0


@pytest.mark.parametrize("after_s", [0, 60])
@in_virtual_time
async def test_an_unreachable_store_ends_it_with_an_error(after_s: float) -> None:
    world = World([words("Yes.")])
    following = Listener(world).come()
    await asyncio.sleep(after_s)
    world.redis.refusing = True
    with pytest.raises(StoreUnreachable):
        await following
    assert world.news.listeners("anna") == 0

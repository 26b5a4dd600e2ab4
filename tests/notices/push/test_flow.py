"""What reaches the devices of a user who is away, and when. In virtual time."""

import asyncio
from datetime import time

from brain.notices.push.model import Delivery
from brain.preferences.model import Preferences, Quiet
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.wishes import FakeWishes
from tests.notices.push.stage import LAPTOP, PHONE, Boxes, urgent, with_devices
from tests.notices.stage import an_email, arrives, comes, notifications

MINUTE = 60
GONE, LATER = Delivery(kind="gone"), Delivery(kind="later")


@in_virtual_time
async def test_what_is_urgent_is_pushed_at_once_to_every_device() -> None:
    boxes = Boxes()
    world = await with_devices(PHONE, LAPTOP, boxes=boxes)
    began = world.clock.now()
    await arrives(world, urgent())
    assert world.clock.now() - began < 1
    assert sorted(endpoint for endpoint, _ in boxes.got) == sorted([PHONE, LAPTOP])
    assert boxes.words() == ["Oven reports: The oven is on fire."] * 2
    assert all(message.urgent for _, message in boxes.got)


@in_virtual_time
async def test_the_same_event_reported_again_is_pushed_once() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await asyncio.gather(*(arrives(world, urgent()) for _ in range(5)))
    await arrives(world, urgent())
    await world.settle()
    assert len(boxes.got) == 1


@in_virtual_time
async def test_the_others_are_one_digest_five_minutes_after_the_first() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    for number in range(3):
        await arrives(world, an_email(str(number), subject=f"No. {number}"))
        await asyncio.sleep(MINUTE)
    await asyncio.sleep(MINUTE)
    assert boxes.got == []
    await asyncio.sleep(2 * MINUTE)
    assert boxes.words() == ["While you were away: 3 emails from Anna, the last about No. 2."]
    assert not boxes.got[0][1].urgent


@in_virtual_time
async def test_there_is_at_most_one_digest_in_fifteen_minutes_and_it_replaces_the_last() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    for number in range(40):
        await arrives(world, an_email(str(number), subject=f"No. {number}"))
        await asyncio.sleep(MINUTE)
    assert [round(at / MINUTE) for at in boxes.times] == [5, 20, 35]
    assert {one["tag"] for one in boxes.shown()} == {"digest"}
    last = boxes.words()[-1]
    assert last.startswith("While you were away: 35 emails"), "those of the digests before too"


@in_virtual_time
async def test_whoever_has_a_page_open_gets_none() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await comes(world)
    await arrives(world, urgent())
    await arrives(world, an_email())
    await world.settle()
    assert boxes.tried == 0
    assert len(await notifications(world)) == 2


@in_virtual_time
async def test_whoever_comes_back_before_the_digest_gets_none_and_hears_it_once() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await arrives(world, an_email("1"))
    await arrives(world, an_email("2"))
    await asyncio.sleep(2 * MINUTE)
    await comes(world)
    await world.settle()
    assert boxes.tried == 0
    assert len(await notifications(world)) == 1


@in_virtual_time
async def test_what_was_pushed_is_said_once_when_the_user_is_back() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await arrives(world, an_email("1"))
    await arrives(world, an_email("2"))
    await asyncio.sleep(10 * MINUTE)
    assert len(boxes.got) == 1
    await comes(world)
    await comes(world)
    (message,) = await notifications(world)
    assert message.text.startswith("While you were away: 2 emails from Anna")
    assert boxes.words() == [message.text]


@in_virtual_time
async def test_after_a_visit_the_next_digest_waits_its_five_minutes_again() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await arrives(world, an_email("1"))
    await asyncio.sleep(2 * MINUTE)
    await comes(world)
    await asyncio.sleep(30 * MINUTE)
    await arrives(world, an_email("2", subject="Later"))
    await asyncio.sleep(4 * MINUTE)
    assert boxes.got == []
    await asyncio.sleep(2 * MINUTE)
    assert len(boxes.got) == 1
    assert boxes.words()[0].endswith("Later.")


@in_virtual_time
async def test_in_quiet_hours_only_what_is_urgent_is_pushed() -> None:
    boxes = Boxes()
    wishes = FakeWishes()
    world = await with_devices(boxes=boxes, wishes=wishes)
    quiet = Preferences(quiet=Quiet(start=time(23), until=time(7)), zone="UTC")
    await wishes.save("anna", quiet)
    await arrives(world, an_email())  # at midnight
    await asyncio.sleep(20 * MINUTE)
    assert boxes.got == []
    await arrives(world, urgent())
    assert [one["urgent"] for one in boxes.shown()] == [True]
    await asyncio.sleep(7 * 60 * MINUTE)
    assert [one["urgent"] for one in boxes.shown()] == [True, False]


@in_virtual_time
async def test_a_digest_that_would_fall_into_quiet_hours_waits_for_their_end() -> None:
    boxes = Boxes()
    wishes = FakeWishes()
    world = await with_devices(boxes=boxes, wishes=wishes)
    quiet = Preferences(quiet=Quiet(start=time(0, 3), until=time(7)), zone="UTC")
    await wishes.save("anna", quiet)
    await arrives(world, an_email())
    await asyncio.sleep(6 * 60 * MINUTE)
    assert boxes.got == []
    await asyncio.sleep(61 * MINUTE)
    assert len(boxes.got) == 1


@in_virtual_time
async def test_while_a_run_goes_on_a_user_who_has_left_is_pushed_to() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes, sayings=[words("Done.", delay_s=200)])
    world.spawn(world.ask("A long task."))
    await asyncio.sleep(90)
    await arrives(world, urgent())
    assert len(boxes.got) == 1
    await world.settle()
    assert len(boxes.got) == 1


@in_virtual_time
async def test_what_comes_just_after_the_page_has_gone_is_pushed_a_minute_later() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes, sayings=[words("Hello.")])
    await world.ask("Hello?")  # and no page
    await asyncio.sleep(10)
    await arrives(world, urgent())
    assert boxes.got == []
    assert len(await notifications(world)) == 1  # the user might still be there
    await asyncio.sleep(MINUTE)
    assert boxes.words() == ["Oven reports: The oven is on fire."]


@in_virtual_time
async def test_a_device_whose_subscription_has_ended_is_deleted() -> None:
    boxes = Boxes(answers={PHONE: [GONE]})
    world = await with_devices(PHONE, LAPTOP, boxes=boxes)
    await arrives(world, urgent())
    kept = await world.ports.push_book.read("anna")
    assert [one.endpoint for one in kept.subscriptions.values()] == [LAPTOP]
    assert [endpoint for endpoint, _ in boxes.got] == [LAPTOP]


@in_virtual_time
async def test_what_a_push_service_does_not_take_now_the_queue_brings_again() -> None:
    boxes = Boxes(answers={PHONE: [LATER, Delivery(kind="later", retry_after_s=300)]})
    world = await with_devices(PHONE, LAPTOP, boxes=boxes)
    await arrives(world, urgent())
    assert [endpoint for endpoint, _ in boxes.got] == [LAPTOP]
    await asyncio.sleep(2 * MINUTE)
    assert boxes.tried == 3
    await asyncio.sleep(4 * MINUTE)
    assert [endpoint for endpoint, _ in boxes.got] == [LAPTOP, PHONE]
    assert len({message.tag for _, message in boxes.got}) == 1


@in_virtual_time
async def test_it_is_given_up_after_five_attempts() -> None:
    boxes = Boxes(answers={PHONE: [LATER] * 9})
    world = await with_devices(boxes=boxes)
    await arrives(world, urgent())
    await world.settle(24 * 60 * MINUTE)
    assert boxes.tried == 5


@in_virtual_time
async def test_nothing_is_brought_again_to_a_user_who_is_back() -> None:
    boxes = Boxes(answers={PHONE: [LATER]})
    world = await with_devices(boxes=boxes)
    await arrives(world, urgent())
    await comes(world)
    await world.settle()
    assert boxes.got == []


@in_virtual_time
async def test_a_process_that_dies_while_it_pushes_loses_nothing() -> None:
    for steps in range(1, 30):
        boxes = Boxes()
        world = await with_devices(boxes=boxes)
        world.lives = [steps]
        await arrives(world, urgent())
        await world.settle()
        assert {one["body"] for one in boxes.shown()} == {"Oven reports: The oven is on fire."}
        assert len(boxes.got) <= 2, "twice at worst, with the same tag"


@in_virtual_time
async def test_without_a_queue_what_is_urgent_is_pushed_all_the_same() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    world.queue.refusing = True
    await arrives(world, urgent())
    await arrives(world, an_email())
    assert len(boxes.got) == 1
    world.queue.refusing = False
    await arrives(world, an_email("2"))
    await world.settle()
    assert len(boxes.got) == 2


@in_virtual_time
async def test_after_an_erasure_the_queues_call_finds_nothing() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes)
    await arrives(world, an_email())
    world.redis.lose(*world.redis.names())
    await world.settle()
    assert boxes.tried == 0
    assert not [name for name in world.redis.names() if "push" in name]


@in_virtual_time
async def test_a_german_device_gets_german_words() -> None:
    boxes = Boxes()
    world = await with_devices(boxes=boxes, language="de")
    await arrives(world, an_email("1"))
    await arrives(world, an_email("2"))
    await world.settle()
    assert boxes.words()[0].startswith("Während du weg warst: 2 E-Mails von Anna")

"""Incoming reports, with crashes and duplicates, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from brain.cloud.redis.scripts import Keys
from brain.codec import Json, dumps
from brain.email.flow import SLOT_S, SYNC_S, watch_mailbox
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.sending import Account
from brain.errors import EntryUnreadable, MailboxUnreachable, QueueUnreachable
from brain.events.model import Event
from brain.notices.flow import Notices
from brain.reminders.model import Reminder, ReminderDue
from brain.reminders.tools import reminder_tools
from brain.run.journal import Answered
from brain.run.messages import Kind, Message, Speak
from brain.run.ports import Delta, Prompt
from tests.fakes.email import CLAIM_S, FakeEmails, FakeMailbox, FakePost, an_email
from tests.fakes.features.email import email_services
from tests.fakes.loop import in_virtual_time, run_virtual
from tests.fakes.tool_stage import use
from tests.fakes.world import EPOCH, ScriptedModel, World, calls, words

DAY = 24 * 3600
LIVES = 40  # more steps than any story here has


def with_reminders(world: World) -> World:
    services = world.ports
    tools = reminder_tools(services.reminders, world.queue, world.clock, None)
    world.ports = replace(services, tools={tool.spec.name: tool for tool in tools})
    return world


async def listens(world: World, user: str = "anna") -> None:
    """Keep a page open."""
    at_ms = round(world.clock.utc().timestamp() * 1000) - 60_000
    await world.ports.store.note_presence(Keys.of(user).user, is_occupied=True, at_ms=at_ms)


async def remind(world: World, seconds: float, text: str = "The oven") -> str:
    """Set a reminder as the model does; returns its id."""
    at = (world.clock.utc() + timedelta(seconds=seconds)).isoformat()
    tools = tuple(with_reminders(world).ports.tools.values())
    return str((await use(tools, "remind", {"text": text, "at": at}, key=text))["set"]["id"])


async def told(world: World, user: str = "anna") -> list[str]:
    assert isinstance(world.ports.announcer, Notices)  # without notices nothing is told
    return [message.text for message in await notifications(world, user)]


async def notifications(world: World, user: str = "anna") -> list[Message]:
    return [message for message in await world.said(user) if message.kind is Kind.NOTIFICATION]


# ---- reminders


@in_virtual_time
async def test_a_due_reminder_is_announced_and_removed() -> None:
    world = World()
    await listens(world)
    await remind(world, 90)
    await asyncio.sleep(85)
    assert await told(world) == []
    await asyncio.sleep(10)
    [message] = await notifications(world)
    assert (message.text, message.speak) == ("A reminder: The oven.", Speak.NOW)
    assert [sent["text"] for sent in world.channel.messages()] == [message.text]
    assert await world.ports.reminders.all("anna") == []
    await world.settle()
    assert len(await told(world)) == 1


@pytest.mark.parametrize("tainted", [False, True])
@in_virtual_time
async def test_a_reminder_is_as_foreign_as_the_run_that_set_it(tainted: bool) -> None:
    world = World()
    await listens(world)
    at = world.clock.utc() + timedelta(minutes=1)
    reminder = Reminder(id="r", text="The oven", at=at, foreign=tainted)
    await world.ports.reminders.add("anna", reminder)
    await asyncio.sleep(90)
    await world.happen(ReminderDue(id="r"))
    [message] = await notifications(world)
    assert message.foreign is tainted


@pytest.mark.parametrize("days", [20, 365])
@in_virtual_time
async def test_a_reminder_in_weeks_is_scheduled_in_stages_and_announced_once(days: int) -> None:
    world = World()
    await listens(world)
    await remind(world, days * DAY)
    await world.settle(days * DAY - 60)
    assert await told(world) == []
    await world.settle(2 * DAY)
    assert await told(world) == ["A reminder: The oven."]
    [message] = await notifications(world)
    late = message.created_at - (EPOCH + timedelta(days=days))
    assert abs(late) < timedelta(seconds=60)
    assert len(world.queue.told) == days // 6 + 1
    assert all(delay_s <= 7 * DAY for _, delay_s, _ in world.queue.told)


@in_virtual_time
async def test_a_reminder_due_without_a_listener_is_announced_later() -> None:
    world = World()
    await remind(world, 60)
    await world.settle(3600)
    assert await told(world) == []
    await listens(world)
    await world.happen(Event(id="e", kind="event", at=world.clock.utc(), text="The door"))
    assert await told(world) == ["A reminder: The oven.", "The door."]


@in_virtual_time
async def test_a_cancelled_reminder_is_not_announced() -> None:
    world = World()
    await listens(world)
    id = await remind(world, 90)
    await use(tuple(world.ports.tools.values()), "cancelReminder", {"id": id})
    await world.settle(3600)
    assert await told(world) == []


@in_virtual_time
async def test_a_reminder_is_announced_once_though_the_queue_calls_three_times() -> None:
    world = World()
    await listens(world)
    id = await remind(world, 10)
    await asyncio.sleep(10)
    await asyncio.gather(*(world.happen(ReminderDue(id=id)) for _ in range(3)))
    await world.settle(60)
    await world.happen(ReminderDue(id=id))
    assert await told(world) == ["A reminder: The oven."]


@in_virtual_time
async def test_a_call_that_comes_too_early_schedules_another() -> None:
    world = World()
    await listens(world)
    id = await remind(world, DAY)
    await world.happen(ReminderDue(id=id))
    assert await told(world) == []
    await world.settle(DAY + 60)
    assert await told(world) == ["A reminder: The oven."]


def wherever_it_dies(story: Callable[[int], Coroutine[Any, Any, World]]) -> None:
    """Play the story with a process that crashes after more and more steps, until it survives."""
    for steps in range(LIVES):
        world = run_virtual(story(steps))
        survived = all(gate.is_open for gate, _ in world.alive)
        assert survived or steps < LIVES - 1
        assert not survived or steps > 0


def test_a_reminder_is_announced_once_no_matter_where_the_process_crashes() -> None:
    async def story(steps: int) -> World:
        world = World()
        await listens(world)
        id = await remind(world, 10)
        await asyncio.sleep(9)
        world.lives = [steps, steps]
        await world.happen(ReminderDue(id=id))
        await world.settle(60)
        assert await told(world) == ["A reminder: The oven."]
        assert await world.ports.reminders.all("anna") == []
        return world

    wherever_it_dies(story)


def test_a_reminder_in_weeks_loses_no_stage_in_a_crash() -> None:
    async def story(steps: int) -> World:
        world = World()
        await listens(world)
        await remind(world, 13 * DAY)
        world.lives = [steps]  # of the first call of the queue's
        await world.settle(14 * DAY)
        assert await told(world) == ["A reminder: The oven."]
        return world

    wherever_it_dies(story)


class Reminding(ScriptedModel):
    """Sets a reminder and confirms it; a repeated request gets the same answer."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        is_set = any(message["role"] == "tool" for message in prompt.messages)
        model = ScriptedModel(self.sayings[is_set:])
        return await model.answer(prompt, limit_s=limit_s, on_delta=on_delta)


def test_a_reminder_is_set_once_no_matter_where_the_brain_crashes() -> None:
    async def story(steps: int) -> World:
        at = (EPOCH + timedelta(hours=1)).isoformat()
        asked = calls(("remind", f'{{"text":"The oven","at":"{at}"}}'))
        world = with_reminders(World())
        model = Reminding([asked, words("I will.")])
        world.ports = replace(world.ports, model=model)
        world.lives = [steps]
        for _ in range(2):  # a caller without an answer retries
            asking = world.spawn(world.ask("Remind me.", message_id="message-1"))
            await asyncio.wait({asking}, timeout=60)
        assert [message.text for message in await world.said()] == ["I will."]
        await listens(world)
        await world.settle(2 * 3600)
        assert await told(world) == ["A reminder: The oven."]
        return world

    wherever_it_dies(story)


@in_virtual_time
async def test_a_call_for_a_reminder_that_newer_code_has_set_is_to_be_made_again() -> None:
    world = World()
    form = dumps({"v": 2, "id": "r", "every": "morning"})
    key = Keys.of("anna").key("reminders")
    await world.redis.execute(["HSET", key, "r", form], limit_s=1)
    with pytest.raises(EntryUnreadable):
        await world.ports.take_word("anna", ReminderDue(id="r"))


# ---- emails


def with_mailbox(*, owner: str = "anna") -> tuple[World, FakeMailbox]:
    """A world with an account that was synced before anything arrived."""
    emails = FakeEmails()
    mailbox = FakeMailbox(emails)
    account = Account(emails=emails, mailbox=mailbox, post=FakePost(), owner=owner)
    return World(account=account), mailbox


async def first_look(world: World, mailbox: FakeMailbox) -> None:
    await listens(world)
    mailbox.inbox.append(an_email("old"))
    await world.happen(MailboxChanged())
    assert await told(world) == []
    mailbox.began.clear()


ANNA = "An email from Anna has just arrived: Dinner."


@in_virtual_time
async def test_email_in_the_mailbox_is_announced_and_stored() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.inbox.append(an_email("new"))
    for _ in range(3):
        await world.happen(MailboxChanged())
    assert await told(world) == [ANNA]
    await asyncio.sleep(2 * CLAIM_S)
    await world.happen(MailboxChanged())
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_several_emails_that_arrive_together_are_one_message() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.inbox += [an_email(f"new{number}") for number in range(5)]
    await world.happen(MailboxChanged())
    assert await told(world) == ["Meanwhile: 5 emails from Anna, the last about Dinner."]


@pytest.mark.parametrize("first", ["webhook", "mailbox", "both"])
@in_virtual_time
async def test_webhook_and_mailbox_make_one_notice_of_the_same_email(
    first: str,
) -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    # Some ways change the text, and so the id; the Message-ID stays.
    brought = EmailBrought(email=an_email("brought", message_id="<1@x>", text="At 7?"))
    mailbox.inbox.append(an_email("mirrored", message_id="<1@x>"))
    if first == "both":
        await asyncio.gather(world.happen(brought), world.happen(MailboxChanged()))
    for word in (brought, MailboxChanged()) if first == "webhook" else (
        MailboxChanged(), brought,
    ):  # fmt: skip
        await world.happen(word)
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_an_email_without_a_message_id_makes_one_notice() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    email = an_email("same", message_id="")
    mailbox.inbox.append(email)
    for word in (EmailBrought(email=email), MailboxChanged(), EmailBrought(email=email)):
        await world.happen(word)
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_an_email_from_a_webhook_is_stored_and_searchable() -> None:
    world, mailbox = with_mailbox()
    email = an_email("brought", subject="Flight", text="Gate 7 at noon")
    for _ in range(2):
        await world.happen(EmailBrought(email=email))
    [found] = await mailbox.emails.search("anna", query="gate noon", limit=5)
    assert await mailbox.emails.read("anna", found.id) == email
    assert await mailbox.emails.search("ben", query="gate noon", limit=5) == []
    await listens(world)
    await world.happen(MailboxChanged())  # it comes into the mailbox as well, and is no news
    assert len(mailbox.emails.kept) == 1


@in_virtual_time
async def test_without_a_database_an_email_from_a_webhook_is_still_announced() -> None:
    world = World()
    await listens(world)
    await world.happen(EmailBrought(email=an_email()))
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_an_email_without_a_sender_name_is_announced_by_address() -> None:
    world = World()
    await listens(world)
    nameless = replace(an_email().sender, name="", address="eve.s@example.org")
    await world.happen(EmailBrought(email=an_email(sender=nameless)))
    assert await told(world) == ["An email from eve s has just arrived: Dinner."]


def test_an_email_from_a_webhook_is_announced_and_stored_once_despite_crashes() -> None:
    async def story(steps: int) -> World:
        world, mailbox = with_mailbox()
        await first_look(world, mailbox)
        world.alive.clear()
        world.lives = [steps, steps]
        await world.happen(EmailBrought(email=an_email("brought")))
        assert await told(world) == [ANNA]
        assert ("anna", "brought") in mailbox.emails.told
        return world

    wherever_it_dies(story)


def test_email_in_the_mailbox_is_announced_once_despite_crashes() -> None:
    async def story(steps: int) -> World:
        world, mailbox = with_mailbox()
        await first_look(world, mailbox)
        world.alive.clear()
        mailbox.inbox += [an_email("new1"), an_email("new2")]
        world.lives = [steps]
        await world.happen(MailboxChanged())
        await asyncio.sleep(CLAIM_S)
        await world.happen(MailboxChanged())  # the schedule's
        messages = await notifications(world)
        assert messages[-1].text == "Meanwhile: 2 emails from Anna, the last about Dinner."
        assert [message.supersedes for message in messages] == [None]
        assert {("anna", "new1"), ("anna", "new2")} <= mailbox.emails.told
        return world

    wherever_it_dies(story)


@in_virtual_time
async def test_an_unreachable_mailbox_is_checked_when_it_is_back() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.inbox.append(an_email("new"))
    mailbox.is_away = True
    with pytest.raises(MailboxUnreachable):
        await world.ports.take_word("anna", MailboxChanged())
    looking = world.spawn(world.happen(MailboxChanged()))
    await asyncio.sleep(5)
    mailbox.is_away = False
    await looking
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_a_large_mailbox_is_mirrored_by_a_single_chain_of_calls() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.older_s = 40 * SYNC_S
    for _ in range(4):
        world.spawn(world.happen(MailboxChanged()))
        await asyncio.sleep(11)
    await world.settle(24 * 3600)
    assert mailbox.older_s == 0
    chain = mailbox.began[6:]  # without the four that began it, and their first two calls
    assert len(chain) > 30
    gaps = [after - before for before, after in pairwise(chain)]
    assert min(gaps) > SYNC_S  # never two at once
    assert max(gaps) < 2 * SLOT_S


@pytest.mark.parametrize("spent_s", [0.1, 1, 9, 10, 19, 20, 29])
@in_virtual_time
async def test_the_chain_continues_after_a_slow_sync(spent_s: float) -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.look_s, mailbox.older_s = spent_s, 20 * spent_s
    await world.happen(MailboxChanged())
    await world.settle(24 * 3600)
    assert mailbox.older_s == pytest.approx(0)


# ---- whose it is


@in_virtual_time
async def test_only_its_owner_can_have_the_mailbox_checked() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    await listens(world, "ben")
    mailbox.inbox.append(an_email("new"))
    await world.happen(MailboxChanged(), user="ben")
    assert mailbox.began == []
    assert await told(world, "ben") == []
    await world.happen(MailboxChanged())
    assert await told(world) == [ANNA]
    assert {user for user, _, _ in world.channel.events} == {"anna"}


@in_virtual_time
async def test_two_users_hear_the_same_event_once_each() -> None:
    world = World()
    event = Event(id="e", kind="event", at=EPOCH, text="The house is on fire", urgent=True)
    for user in ("anna", "ben"):
        await listens(world, user)
    for user in ("anna", "ben", "anna"):
        await world.happen(event, user=user)
    assert await told(world) == await told(world, "ben") == ["The house is on fire."]


@in_virtual_time
async def test_the_owners_mailbox_is_checked_now_and_every_ten_minutes() -> None:
    world, mailbox = with_mailbox(owner="ännä")
    assert await watch_mailbox(email_services(world.ports), "ännä")
    assert await watch_mailbox(email_services(world.ports), "ännä")  # another instance
    event: Json = {"type": "mailbox.check", "userId": "ännä", "data": {}}
    assert world.queue.schedules == {"mailbox": ("*/10 * * * *", event)}
    await world.settle(60)
    assert len(mailbox.began) == 1


@in_virtual_time
async def test_no_other_mailbox_is_checked() -> None:
    world, _ = with_mailbox()
    assert not await watch_mailbox(email_services(world.ports), "ben")
    assert world.queue.asked == 0
    bare = World()
    assert not await watch_mailbox(email_services(bare.ports), "anna")
    await bare.happen(MailboxChanged())
    assert bare.queue.asked == 0


@in_virtual_time
async def test_an_unreachable_queue_is_reported_to_the_caller() -> None:
    world, _ = with_mailbox()
    world.queue.refusing = True
    with pytest.raises(QueueUnreachable):
        await watch_mailbox(email_services(world.ports), "anna")

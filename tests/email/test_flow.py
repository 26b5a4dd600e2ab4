"""What becomes of an email, whatever dies or comes twice, in virtual time."""

import asyncio
from itertools import pairwise

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.email.flow import SLOT_S, SYNC_S, watch_mailbox
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.sending import Account
from brain.errors import MailboxUnreachable, QueueUnreachable
from tests.events.stage import listens, notifications, told, wherever_it_dies
from tests.fakes.email import CLAIM_S, FakeEmails, FakeMailbox, FakePost, an_email
from tests.fakes.features.email import email_services
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World


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

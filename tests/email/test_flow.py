"""What becomes of an email, whatever dies or comes twice, in virtual time."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

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
    """A world with an account that was looked into before anything arrived."""
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
async def test_what_arrives_in_the_mailbox_is_told_and_kept() -> None:
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
async def test_several_that_arrive_together_are_one_message() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.inbox += [an_email(f"new{number}") for number in range(5)]
    await world.happen(MailboxChanged())
    assert await told(world) == ["Meanwhile: 5 emails from Anna, the last about Dinner."]


@pytest.mark.parametrize("first", ["webhook", "mailbox", "both"])
@in_virtual_time
async def test_the_webhooks_word_and_the_mailboxs_of_the_same_email_are_one_notice(
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
async def test_an_email_without_a_message_id_is_one_notice_too() -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    email = an_email("same", message_id="")
    mailbox.inbox.append(email)
    for word in (EmailBrought(email=email), MailboxChanged(), EmailBrought(email=email)):
        await world.happen(word)
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_an_email_that_was_brought_is_kept_and_found_by_its_words() -> None:
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
async def test_without_a_database_an_email_that_was_brought_is_told_all_the_same() -> None:
    world = World()
    await listens(world)
    await world.happen(EmailBrought(email=an_email()))
    assert await told(world) == [ANNA]


@in_virtual_time
async def test_an_email_is_told_by_its_address_where_its_sender_has_no_name() -> None:
    world = World()
    await listens(world)
    nameless = replace(an_email().sender, name="", address="eve.s@example.org")
    await world.happen(EmailBrought(email=an_email(sender=nameless)))
    assert await told(world) == ["An email from eve s has just arrived: Dinner."]


def test_an_email_that_is_brought_is_told_and_kept_once_wherever_the_process_dies() -> None:
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


def test_what_arrives_is_told_once_wherever_the_process_dies() -> None:
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
async def test_a_mailbox_that_is_away_is_looked_into_when_it_is_back() -> None:
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
async def test_a_large_mailbox_is_mirrored_by_one_chain_of_calls_however_many_begin_one() -> None:
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
async def test_the_chain_does_not_break_however_long_a_look_takes(spent_s: float) -> None:
    world, mailbox = with_mailbox()
    await first_look(world, mailbox)
    mailbox.look_s, mailbox.older_s = spent_s, 20 * spent_s
    await world.happen(MailboxChanged())
    await world.settle(24 * 3600)
    assert mailbox.older_s == pytest.approx(0)


# ---- whose it is


@in_virtual_time
async def test_a_mailbox_is_its_owners_alone() -> None:
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
async def test_the_owners_mailbox_is_looked_into_now_and_every_ten_minutes() -> None:
    world, mailbox = with_mailbox(owner="ännä")
    assert await watch_mailbox(email_services(world.ports), "ännä")
    assert await watch_mailbox(email_services(world.ports), "ännä")  # another instance
    event: Json = {"type": "mailbox.check", "userId": "ännä", "data": {}}
    assert world.queue.schedules == {"mailbox": ("*/10 * * * *", event)}
    await world.settle(60)
    assert len(mailbox.began) == 1


@in_virtual_time
async def test_nobody_elses_is_and_none_where_there_is_none() -> None:
    world, _ = with_mailbox()
    assert not await watch_mailbox(email_services(world.ports), "ben")
    assert world.queue.asked == 0
    bare = World()
    assert not await watch_mailbox(email_services(bare.ports), "anna")
    await bare.happen(MailboxChanged())
    assert bare.queue.asked == 0


@in_virtual_time
async def test_a_queue_that_is_away_is_told_to_whoever_wants_a_mailbox_watched() -> None:
    world, _ = with_mailbox()
    world.queue.refusing = True
    with pytest.raises(QueueUnreachable):
        await watch_mailbox(email_services(world.ports), "anna")

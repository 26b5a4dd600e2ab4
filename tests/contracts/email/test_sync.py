"""One contract for Dovecot, which counts changes, and for the server of `make dev`, which does not:
what a sync brings into the mirror.
"""

import asyncio
import itertools
from datetime import timedelta

import pytest
from imapclient.imapclient import SEEN
from msgspec.structs import replace

from brain.email.imap.mirror import Mirror, Placed, Renumbered
from brain.email.model import Folder
from local.mailbox import maildir
from local.mailbox.letters import letters
from tests.contracts.email.stage import LIMIT_S, NOW, Account, letter
from tests.fakes.email import an_email


async def test_the_first_sync_mirrors_everything_and_reports_nothing(account: Account) -> None:
    account.arrive(letter("One"), letter("Two"))
    account.arrive(letter("Three"), seen=True)
    assert await account.new() == []
    assert await account.subjects() == ["One", "Three", "Two"]
    assert [email.subject for email in await account.mirrored() if not email.unread] == ["Three"]


async def test_email_that_arrives_later_is_reported_once_oldest_first(account: Account) -> None:
    account.arrive(letter("Old"))
    await account.new()
    account.arrive(letter("Second"), at=NOW + timedelta(minutes=2))
    account.arrive(letter("First"), at=NOW + timedelta(minutes=3))
    assert sorted(await account.new()) == ["First", "Second"]
    assert await account.new() == []
    assert await account.subjects() == ["First", "Old", "Second"]


async def test_an_email_is_stored_unchanged(account: Account) -> None:
    account.arrive(letter("Käse", "Zwei Pfund, bitte.\r\nGrüße", sender='"Ünal, A." <a@b.example>'))
    await account.new()
    email = await account.read("Käse")
    assert (email.sender.name, email.sender.address) == ("Ünal, A.", "a@b.example")
    assert [person.address for person in email.to] == ["robin@brain.example"]
    assert email.text == "Zwei Pfund, bitte.\nGrüße"
    assert email.message_id == "<Käse@example.org>" or email.message_id == ""
    assert (email.folder, email.unread) == (Folder.INBOX, True)
    assert email.at == NOW - timedelta(hours=1)


async def test_sent_email_is_mirrored_and_not_reported(account: Account) -> None:
    await account.new()
    account.arrive(letter("From me"), folder="sent", seen=True)
    assert await account.new() == []
    assert (await account.read("From me")).folder is Folder.SENT


async def test_an_email_to_oneself_is_stored_once_in_the_inbox(account: Account) -> None:
    await account.new()
    account.arrive(letter("Note to self"), folder="sent", seen=True)
    await account.new()
    account.arrive(letter("Note to self"))
    await account.new()
    assert (await account.read("Note to self")).folder is Folder.INBOX
    with account.program() as client:
        client.delete_messages(client.search())
        client.expunge()
    await account.new()
    assert (await account.read("Note to self")).folder is Folder.SENT


async def test_flags_are_followed_in_both_directions(account: Account) -> None:
    account.arrive(letter("One"), letter("Two"))
    await account.new()
    with account.program() as client:
        uid = client.search()[0]
        client.add_flags([uid], [SEEN])
    await account.new()
    assert len([email for email in await account.mirrored() if email.unread]) == 1
    with account.program() as client:
        client.remove_flags([uid], [SEEN])
    await account.new()
    assert [email.unread for email in await account.mirrored()] == [True, True]


async def test_deleted_email_is_removed_from_the_mirror(account: Account) -> None:
    account.arrive(letter("Stays"), letter("Goes"))
    await account.new()
    with account.program() as client:
        client.delete_messages(client.search(["SUBJECT", "Goes"]))
        client.expunge()
    await account.new()
    assert await account.subjects() == ["Stays"]


async def test_old_deletions_are_noticed_after_a_few_syncs(account: Account) -> None:
    account.arrive(*(letter(f"Number {number}") for number in range(12)))
    await account.new()
    with account.program() as client:
        gone = client.search()[:5]
        client.delete_messages(gone)
        client.expunge()
    counts = [12]
    while counts[-1] > 7:
        await account.sync_once(window=2)
        counts.append(len(await account.mirrored()))
        assert len(counts) < 10
    assert counts[-1] == 7


async def test_several_hundred_emails_are_mirrored_then_only_new_ones(account: Account) -> None:
    generated = list(letters(300, seed=4))
    account.server.deliver(account.inbox, [(one.raw, one.at, one.seen) for one in generated])
    assert await account.new() == []
    found = {email.id: email for email in await account.mirrored()}
    assert len(found) == 300
    assert sum(email.unread for email in found.values()) == sum(not one.seen for one in generated)
    account.arrive(letter("Fresh"))
    assert await account.new() == ["Fresh"]
    assert len(await account.mirrored()) == 301


async def test_renumbered_uids_lose_and_duplicate_nothing(account: Account) -> None:
    account.arrive(letter("One"), letter("Two"), letter("Three"))
    await account.new()
    before = {email.id for email in await account.mirrored()}
    maildir.renumber(account.inbox)
    assert await account.new() == []
    assert {email.id for email in await account.mirrored()} == before
    account.arrive(letter("Four"))
    assert await account.new() == ["Four"]


async def test_an_email_that_is_read_better_after_renumbering_stays_one(account: Account) -> None:
    account.arrive(letter("One", message_id="<one@example.org>"))
    await account.new()
    with account.program() as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    # As older code read it: another text, so another id.
    older = replace(await account.read("One"), id="a" * 16, text="$B2q5D")
    await account.emails.store(account.user_id, [older])
    mirror = Mirror(account.database, account.user_id)
    placed = Placed(uid=99, arrived_at=NOW, email=older)
    await mirror.record(Folder.INBOX, validity, [placed])
    maildir.renumber(account.inbox)
    assert await account.new() == []
    assert (await account.read("One")).text == "Hello"


async def test_email_deleted_during_renumbering_is_removed(account: Account) -> None:
    account.arrive(letter("Stays"), letter("Goes"))
    await account.new()
    with account.program() as client:
        client.delete_messages(client.search(["SUBJECT", "Goes"]))
        client.expunge()
    maildir.renumber(account.inbox)
    await account.new()
    assert await account.subjects() == ["Stays"]


async def test_email_that_arrives_during_renumbering_is_reported(account: Account) -> None:
    account.arrive(letter("Old"))
    await account.new()
    maildir.renumber(account.inbox)
    account.arrive(letter("Meanwhile"), at=NOW.replace(year=2099))
    assert await account.new() == ["Meanwhile"]


async def test_the_same_email_twice_in_the_inbox_is_stored_once(account: Account) -> None:
    account.arrive(letter("Twice"), letter("Twice"))
    await account.new()
    assert await account.subjects() == ["Twice"]
    with account.program() as client:
        client.delete_messages(client.search()[:1])
        client.expunge()
    await account.new()
    assert await account.subjects() == ["Twice"]


async def test_another_email_with_the_same_message_id_hides_nothing(account: Account) -> None:
    account.arrive(letter("The bill", "Pay to account 1", message_id="<same@example.org>"))
    account.arrive(letter("The bill", "Pay to account 2", message_id="<same@example.org>"))
    await account.new()
    assert await account.subjects() == ["The bill", "The bill"]


async def test_two_concurrent_syncs_report_each_new_email_once(account: Account) -> None:
    await account.new()
    account.arrive(*(letter(f"Number {number}") for number in range(30)))
    synced = await asyncio.gather(
        *(account.mailbox.sync(account.user_id, limit_s=LIMIT_S) for _ in range(3))
    )
    reported = sorted(email.subject for one in synced for email in one.new)
    assert reported == sorted(f"Number {number}" for number in range(30))
    assert len(await account.mirrored()) == 30


async def test_email_from_a_webhook_is_not_reported_or_duplicated(account: Account) -> None:
    account.arrive(letter("Elsewhere"))
    other = Account(
        server=account.server,
        name=account.name,
        user_id=f"{account.user_id}-other",
        database=account.database,
    )
    await other.new()
    brought = await other.read("Elsewhere")
    with account.program() as client:
        client.delete_messages(client.search())
        client.expunge()
    await account.new()
    assert await account.emails.store(account.user_id, [brought]) == [brought]
    assert await account.emails.store(account.user_id, [brought]) == []
    assert await account.new() == []
    assert await account.subjects() == ["Elsewhere"]
    account.arrive(letter("Elsewhere"))
    assert await account.new() == []
    assert await account.subjects() == ["Elsewhere"]


async def test_a_user_cannot_see_another_users_mirror(account: Account) -> None:
    account.arrive(letter("Private"))
    await account.new()
    email = await account.read("Private")
    assert await account.emails.read("somebody-else", email.id) is None
    assert await account.emails.search("somebody-else", query="Private", limit=10) in ([], ())
    assert await account.emails.newest("somebody-else", limit=10) in ([], ())
    await account.emails.mark_told("somebody-else", [email.id])


async def test_an_unfinished_sync_continues_in_the_next(account: Account) -> None:
    generated = list(letters(120, seed=5))
    account.server.deliver(account.inbox, [(one.raw, one.at, one.seen) for one in generated])
    counts = []
    is_whole = False
    while not is_whole:
        # Each look at this clock takes 10 seconds: there is time for a batch or two.
        mailbox = account.mailbox_by(itertools.count(0, 10).__next__)
        synced = await mailbox.sync(account.user_id, limit_s=LIMIT_S)
        assert synced.new == ()
        counts.append(len(await account.mirrored()))
        is_whole = not synced.more
    assert counts == sorted(counts)
    assert len(set(counts)) > 2
    assert counts[-1] == 120


@pytest.mark.parametrize("count", [0, 1])
async def test_an_inbox_with_no_or_one_email_is_complete_at_once(
    account: Account, count: int
) -> None:
    account.arrive(*(letter(f"Number {number}") for number in range(count)))
    assert await account.new() == []
    assert len(await account.mirrored()) == count


async def test_a_sync_with_outdated_uids_stores_nothing(on_dovecot: Account) -> None:
    mirror = Mirror(on_dovecot.database, on_dovecot.user_id)
    await mirror.begin(Folder.INBOX, validity=1, next_uid=5)
    await mirror.begin(Folder.INBOX, validity=2, next_uid=2)
    stale = Placed(uid=4, arrived_at=NOW, email=an_email("a" * 16))
    with pytest.raises(Renumbered):
        await mirror.record(Folder.INBOX, 1, [stale], next_uid=9)
    assert await on_dovecot.mirrored() == []
    progress = await mirror.begin(Folder.INBOX, validity=2, next_uid=2)
    assert (progress.next_uid, progress.baseline_uid) == (2, None)

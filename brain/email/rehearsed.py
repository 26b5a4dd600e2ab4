"""The email account of a rehearsed brain: its mails are those of its world, and none is sent."""

from datetime import timedelta

from brain.cloud.postgres.rows import id_from_key
from brain.cloud.world import World
from brain.codec import Json
from brain.email.model import Accepted, Address, Email, Folder, Outgoing, Synced
from brain.email.outgoing import recipient
from brain.email.ports import Emails
from brain.email.sending import Account

ME = Address(address="me@rehearsal.example")
APART = timedelta(hours=1)  # between two emails: the first one came an hour ago


class NoMailbox:
    """`Mailbox` of an account that has nothing but its mirror."""

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        return Synced(new=(), more=False)

    async def mark_read(self, user_id: str, email_id: str) -> None:
        return None

    async def find_sent(self, message_id: str) -> bool:
        return False

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        return None


class NoPost:
    """`Post` that accepts every email and sends none. What was sent, the world notes by itself."""

    sender = ME

    async def send(self, outgoing: Outgoing) -> Accepted:
        return Accepted(raw=b"")


def world_account(world: World, emails: Emails) -> Account:
    """Return the account of the rehearsed brain."""
    return Account(emails=emails, mailbox=NoMailbox(), post=NoPost(), owner=world.user_id)


def world_emails(world: World) -> list[Email]:
    """Return the emails of a world. The same world gives the same ids."""
    return [_email(world, place, one) for place, one in enumerate(world.emails or ())]


def _email(world: World, place: int, wire: Json) -> Email:
    to = wire.get("to") or [str(ME)]
    name = f"seed-{place}"
    return Email(
        id=id_from_key(world.user_id, name),
        folder=Folder.INBOX,
        message_id=f"<{name}@rehearsal.example>",
        in_reply_to="",
        references=(),
        sender=_person(wire["from"]),
        to=tuple(_person(one) for one in ([to] if isinstance(to, str) else to)),
        cc=(),
        reply_to=(),
        subject=wire.get("subject") or "",
        at=world.now - APART * (place + 1),
        attachments=(),
        text=wire["text"],
        unread=True,
    )


def _person(text: str) -> Address:
    """Return an address. A text that is not an address becomes a name without an address."""
    return recipient(text) or Address(address="", name=text)

"""Outgoing emails: checks them, encodes them, and determines a reply's recipients."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, getaddresses

from msgspec.structs import replace

from brain.codec import clean
from brain.email.addresses import address_field, text_field
from brain.email.model import Address, Email, Folder, Outgoing
from brain.texts.domains import ascii_domain, written_domain
from brain.texts.plain import plain_line, reorders
from brain.tools.content import Recipient

MAX_SUBJECT_CHARS = 300
MAX_BODY_CHARS = 50_000
MAX_ADDRESS_CHARS = 254  # by the standard for email
MAX_RECIPIENT_CHARS = 1_000  # of an address with a name
MAX_RECIPIENTS = 50  # of one email; more is a mailing list, which is not a voice assistant's task
MAX_REFERENCES = 20  # the newest of a long thread; mail programs need no more

# Stricter than the standard: no quotes, no comments, no control characters. So an address cannot
# end a header or begin another address.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# A name with one of these looks like an address, or like several people.
_NOT_IN_NAMES = re.compile(r"[@<>,;\"]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# "Re:" as written by mail programs in several languages.
_REPLY = re.compile(
    r"^\s*((re|aw|antw|sv|vs|rif|ref|odp|回复|答复)\s*(\[\d+\])?\s*[:\uff1a]\s*)+", re.IGNORECASE
)


class _Policy(EmailPolicy):
    """The standard's rules, except that Message-IDs are never encoded: the library would encode a
    long one, and mail programs would not recognize it.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in ("message-id", "in-reply-to", "references"):
            return f"{name}: {'\r\n '.join(str(value).split())}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def message_id(key: str, sender: Address) -> str:
    """Derive a Message-ID from the idempotency key, so that a sent email can be found again."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"<{digest[:32]}@{sender.address.rpartition('@')[2]}>"


def recipient(text: str) -> Address | None:
    """Parse `anna@example.org` or `Anna <anna@example.org>`; None if it is not a valid address.

    The address is in its canonical form. The text must not contain anything that cannot be seen.
    """
    if len(text) > MAX_RECIPIENT_CHARS or _CONTROL.search(text) or reorders(text):
        return None
    if "".join(plain_line(text).split()) != "".join(text.split()):
        return None
    found = getaddresses([text])
    if len(found) != 1:
        return None
    [(name, address)] = found
    if address not in text:  # the library corrected it, so it may be a different address
        return None
    canonical = _canonical(address)
    return Address(name=plain_line(name), address=canonical) if canonical else None


def may_be_shown(name: str) -> bool:
    """Whether a name cannot be mistaken for an address or for several people.

    Compatibility forms of the forbidden characters count too, such as U+FF20 and U+FE6B.
    """
    compatible = unicodedata.normalize("NFKC", name)
    return not (_NOT_IN_NAMES.search(compatible) or _CONTROL.search(name) or reorders(name))


def writable(person: Address) -> Address:
    """Return the person of a received email as they can be written to: the canonical address, and
    the name as they wrote it, without what cannot be seen.
    """
    name = "" if _CONTROL.search(person.name) or reorders(person.name) else plain_line(person.name)
    return Address(name=name, address=_canonical(person.address) or person.address)


def shown(person: Address) -> Recipient:
    """Return the recipient as a question shows them: the address, in both forms if its domain is
    not ASCII, and then the name, unless it could be mistaken for another recipient.
    """
    local, _, domain = person.address.rpartition("@")
    unicode = written_domain(domain)
    both = f"{local}@{unicode}" if unicode not in ("", domain) else ""
    name = person.name if may_be_shown(person.name) else ""
    return Recipient(address=person.address, unicode=both, name=name)


def _canonical(address: str) -> str:
    """Return the address with its domain in lower case and in ASCII; empty if it is invalid."""
    local, _, domain = address.rpartition("@")
    host = ascii_domain(domain)
    is_known = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(host)
    return f"{local}@{host}" if is_known and len(address) <= MAX_ADDRESS_CHARS else ""


def objection(outgoing: Outgoing) -> str:
    """Explain to the model why this email cannot be sent; empty if it can."""
    people = (*outgoing.to, *outgoing.cc)
    if not outgoing.to:
        return "there is no recipient"
    if len(people) > MAX_RECIPIENTS:
        return f"an email can have at most {MAX_RECIPIENTS} recipients"
    for person in people:
        if recipient(person.address) is None:
            return f"{clean(person.address)!r} is no address that one can write to"
    if _CONTROL.search(outgoing.subject):
        return "a subject is one line"
    if len(outgoing.subject) > MAX_SUBJECT_CHARS:
        return f"a subject has at most {MAX_SUBJECT_CHARS} characters"
    if not outgoing.text.strip():
        return "the body is empty"
    if len(outgoing.text) > MAX_BODY_CHARS:
        return f"a body can have at most {MAX_BODY_CHARS} characters"
    return ""


def compose(outgoing: Outgoing, *, sender: Address, at: datetime) -> bytes:
    """Encode the email for sending. Raises ValueError if `objection` has one."""
    if reason := objection(outgoing):
        raise ValueError(reason)
    fields = [
        address_field("From", [_written(sender)]),
        address_field("To", map(_written, outgoing.to)),
    ]
    if outgoing.cc:
        fields.append(address_field("Cc", map(_written, outgoing.cc)))
    fields.append(text_field("Subject", clean(outgoing.subject)))
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = outgoing.message_id
    if outgoing.in_reply_to:
        message["In-Reply-To"] = outgoing.in_reply_to
    if outgoing.references:
        message["References"] = " ".join(outgoing.references)
    text = "\n".join(clean(outgoing.text).splitlines())
    message.set_content(f"{text}\n", charset="utf-8")
    return b"".join(fields) + message.as_bytes()


def reply(email: Email, text: str, *, me: Address, everybody: bool) -> Outgoing:
    """Build the reply to an email, in its thread, to the address that its sender asks for.

    A reply to one's own email goes to its recipients. The caller must set `message_id`.
    """
    mine = me.address.lower()
    wanted = email.to if _is_mine(email, mine) else email.reply_to or (email.sender,)
    to = _others(wanted, {mine}) or tuple(map(writable, wanted))
    copied = (*email.to, *email.cc) if everybody else ()
    named = {mine, *(person.address.lower() for person in to)}
    before = [*email.references, *([email.in_reply_to] if not email.references else [])]
    thread = [id for id in (*before, email.message_id) if id]
    return Outgoing(
        message_id="",
        to=to,
        cc=_others(copied, named),
        subject=plain_line(f"Re: {_REPLY.sub('', email.subject)}"[:MAX_SUBJECT_CHARS]),
        text=text,
        in_reply_to=email.message_id,
        references=tuple(dict.fromkeys(thread))[-MAX_REFERENCES:],
    )


def _is_mine(email: Email, mine: str) -> bool:
    return email.folder is Folder.SENT or email.sender.address.lower() == mine


def _others(people: Iterable[Address], named: set[str]) -> tuple[Address, ...]:
    """Return each of these people once, without those in `named`."""
    once = {person.address.lower(): person for person in map(writable, people)}
    return tuple(person for address, person in once.items() if address not in named)


def _written(person: Address) -> Address:
    return replace(person, name=clean(_CONTROL.sub(" ", person.name)))

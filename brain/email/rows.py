"""The values of an email's row in Postgres: its columns, and the words by which it is found."""

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from brain.cloud.postgres.renewal import FORM
from brain.codec import Json, clean, dumps
from brain.email.model import Address, Email
from brain.texts.words import kept_words, sample_words

if TYPE_CHECKING:
    type Row = dict[str, Any]

SAMPLE_CHARS = 500  # of a text, from which its language is detected
INDEXED_CHARS = 30_000  # of a text that is searchable: ten pages; a tsvector holds more
QUOTED = re.compile(r"^\s*>")  # a line quoted from an earlier email


def values_of(email: Email) -> "Row":
    """Return the parameters of `email_insert`: columns, and the words of the index."""
    recipients = {"to": email.to, "cc": email.cc, "reply_to": email.reply_to}
    named = [{**asdict(each), "name": clean(each.name)} for each in email.attachments]
    return {
        "id": email.id,
        "folder": email.folder.value,
        "message_id": clean(email.message_id),
        "in_reply_to": clean(email.in_reply_to),
        "thread": [clean(id) for id in email.references],
        "sender": dumps(_person(email.sender)),
        "recipients": dumps(
            {name: list(map(_person, those)) for name, those in recipients.items()}
        ),
        "subject": clean(email.subject),
        "at": email.at,
        "text": clean(email.text),
        "attachments": json.dumps(named),
        "unread": email.unread,
        **index_of(email),
    }


def index_of(email: Email) -> "Row":
    """Return the words by which an email is found, by their weight in the index."""
    subject = clean(email.subject)
    names = " ".join(clean(each.name) for each in email.attachments)
    people = [email.sender, *email.to, *email.cc]
    lines = clean(email.text)[:INDEXED_CHARS].split("\n")
    own = "\n".join(line for line in lines if not QUOTED.match(line))
    quoted = "\n".join(line for line in lines if QUOTED.match(line))
    return {
        "sample": sample_words(f"{subject} {own[:SAMPLE_CHARS]}"),
        "subject_words": kept_words(f"{subject} {names}"[:INDEXED_CHARS]),
        "people_words": kept_words(" ".join(map(str, people))[:INDEXED_CHARS]),
        "own_words": kept_words(own),
        "quoted_words": kept_words(quoted),
        "sender_words": kept_words(str(email.sender)),
        "form": FORM,
    }


def _person(address: Address) -> Json:
    return {"address": clean(address.address), "name": clean(address.name)}

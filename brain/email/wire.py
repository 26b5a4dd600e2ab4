"""Emails as the model and the page are told of them."""

from brain.email.model import Email, EmailFound
from brain.run.codec import iso
from brain.run.tools import Json


def found_to_wire(found: EmailFound) -> Json:
    """What a search, or a list, tells of an email."""
    return {
        "id": found.id,
        "folder": found.folder.value,
        "from": str(found.sender),
        "subject": found.subject,
        "at": iso(found.at),
        "unread": found.unread,
        "snippet": found.snippet,
    }


def email_to_wire(email: Email) -> Json:
    """All of an email. Attachments are named."""
    return {
        "id": email.id,
        "folder": email.folder.value,
        "from": str(email.sender),
        "to": [str(person) for person in email.to],
        "cc": [str(person) for person in email.cc],
        "subject": email.subject,
        "at": iso(email.at),
        "attachments": [
            {"name": each.name, "type": each.content_type, "bytes": each.size}
            for each in email.attachments
        ],
        "body": email.text,
    }

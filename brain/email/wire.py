"""Emails as the model and the page are told of them."""

from brain.codec import Form, Json
from brain.email.model import Email, EmailFound

FOUND = Form(EmailFound)
EMAIL = Form(Email, without=("message_id", "in_reply_to", "references", "reply_to", "unread"))


def found_to_wire(found: EmailFound) -> Json:
    """What a search, or a list, tells of an email."""
    return FOUND.encode(found)


def email_to_wire(email: Email) -> Json:
    """All of an email. Attachments are named."""
    return EMAIL.encode(email)

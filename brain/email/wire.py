"""The JSON form of emails, for the model and the page."""

from brain.codec import Form, Json
from brain.email.model import Email, EmailFound

FOUND = Form(EmailFound)
EMAIL = Form(Email, without=("message_id", "in_reply_to", "references", "reply_to", "unread"))


def found_to_wire(found: EmailFound) -> Json:
    """Encode an email of a search or a list."""
    return FOUND.encode(found)


def email_to_wire(email: Email) -> Json:
    """Encode a whole email. Attachments appear only by name."""
    return EMAIL.encode(email)

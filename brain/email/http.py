"""The route for the user's emails, and readers for emails that programs and Postmark report."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.email.incoming import brought
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.parse import headers, mime
from brain.email.ports import Emails
from brain.email.postmark import PostmarkReader
from brain.email.settings import has_email
from brain.email.wire import email_to_wire, found_to_wire
from brain.errors import SignatureRefused
from brain.events.bodies import Line, LongText, Reported, UserId, data_of
from brain.feature import Resources, Webhook
from brain.http.bodies import INVALID_BODY, Body, parse
from brain.http.edge import Problem, read_body, tagged
from brain.http.resources import (
    after_of,
    given_id,
    known,
    limit_of,
    page_to_wire,
    query_of,
    there,
)
from brain.run.ports import Clock
from brain.settings.variables import Env

MAX_POSTMARK_BYTES = 4 * 1024 * 1024  # including attachments; the platform accepts 4.5 MB
NO_EMAIL = "You have no email account here."


class EmailData(Body):
    """The data of `email.received`. Without `from`, the email is read from the mailbox."""

    sender: Annotated[Line | None, Field(alias="from")] = None
    to: Annotated[tuple[Line, ...], Field(max_length=200, strict=False)] = ()
    subject: Line = ""
    text: LongText = ""
    message_id: Line = ""


class Query(Body):
    """The query of a webhook call. `user_id` is the recipient, if it is not the owner."""

    user_id: UserId | None = None


def email_routes(emails: Callable[[], Emails | None], env: Env) -> Resources:
    """Return the route /api/emails."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return the email with `id`, or a page: what matches `query`, else the inbox."""
        kept = there(emails(), "emails")
        if not has_email(env, user_id):
            raise Problem(404, NO_EMAIL)
        if (id := given_id(request)) is not None:
            return tagged(request, email_to_wire(known(await kept.read(user_id, id), "email")))
        page = await kept.listed(
            user_id, query=query_of(request), limit=limit_of(request), after=after_of(request)
        )
        return tagged(request, page_to_wire("emails", page, found_to_wire))

    return {"emails": {"GET": show}}


def postmark_webhook(reader: PostmarkReader | None, clock: Clock, *, owner: str) -> Webhook:
    """Return the reader of Postmark's calls. `owner` is the user if a call names none."""

    async def read(request: Request) -> tuple[str, EmailBrought]:
        """Check the password before reading the body, so that strangers cannot send megabytes."""
        if reader is None:
            raise SignatureRefused("no password is set for Postmark")
        reader.check(request.headers.get("authorization"))
        raw = await read_body(request, limit=MAX_POSTMARK_BYTES)
        user_id = parse(Query, dict(request.query_params)).user_id or owner
        return user_id, EmailBrought(email=reader.read(raw, now=clock.utc()))

    return read


def email_word(reported: Reported) -> EmailBrought | MailboxChanged:
    """Convert a reported email. Raises Problem 422."""
    data = data_of(EmailData, reported.body)
    if data.sender is None:
        return MailboxChanged()
    senders = headers.people(data.sender)
    if not senders:
        fault = {"field": "data.from", "message": "must be an address: Anna <anna@example.org>"}
        raise Problem(422, INVALID_BODY, errors=[fault])
    email = brought(
        name=reported.event_id,
        sender=senders[0],
        to=[person for line in data.to for person in headers.people(line)],
        subject=headers.plain(data.subject),
        text=mime.shown_text(data.text),
        words=mime.tidied(data.text),
        message_id=_bracketed(data.message_id),
        arrived_at=reported.at,
    )
    return EmailBrought(email=email)


def _bracketed(message_id: str) -> str:
    """Return the id in angle brackets, as in the email's header and in the mailbox."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    return f"<{bare}>" if bare else ""

"""The route for the user's emails, and readers for emails that programs and Postmark report."""

import logging
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.email.incoming import brought
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.parse import headers, mime
from brain.email.ports import Emails, Mailbox
from brain.email.postmark import PostmarkReader
from brain.email.settings import has_email
from brain.email.wire import email_to_wire, found_to_wire
from brain.errors import SignatureRefused, Unreachable
from brain.events.bodies import Line, LongText, Reported, UserId, data_of
from brain.feature import Resources, Webhook
from brain.http.bodies import INVALID_BODY, Body, parse
from brain.http.edge import Answer, Problem, read_body, read_json, tagged
from brain.http.resources import (
    after_of,
    given_id,
    id_of,
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

log = logging.getLogger(__name__)


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


class ReadBody(Body):
    """What the user did with an email: they have read it."""

    unread: Literal[False]


def email_routes(
    emails: Callable[[], Emails | None], mailbox: Callable[[], Mailbox | None], env: Env
) -> Resources:
    """Return the route /api/emails."""

    def of(user_id: str) -> Emails:
        kept = there(emails(), "emails")
        if not has_email(env, user_id):
            raise Problem(404, NO_EMAIL)
        return kept

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return the email with `id`, or a page: what matches `query`, else the inbox."""
        kept = of(user_id)
        if (id := given_id(request)) is not None:
            return tagged(request, email_to_wire(known(await kept.read(user_id, id), "email")))
        page = await kept.listed(
            user_id, query=query_of(request), limit=limit_of(request), after=after_of(request)
        )
        return tagged(request, page_to_wire("emails", page, found_to_wire))

    async def mark(request: Request, user_id: str) -> ASGIApp:
        """Note that the email was read: here at once, in the mailbox after the response."""
        return await _marked(request, user_id, of(user_id), mailbox())

    return {"emails": {"GET": show, "PATCH": mark}}


async def _marked(request: Request, user_id: str, kept: Emails, mailbox: Mailbox | None) -> ASGIApp:
    id = id_of(request)
    parse(ReadBody, await read_json(request))
    known(id if await kept.mark_read(user_id, id) else None, "email")
    beside = BackgroundTask(_mark_there, mailbox, user_id, id) if mailbox is not None else None
    return Answer({"id": id, "unread": False}, background=beside)


async def _mark_there(mailbox: Mailbox, user_id: str, id: str) -> None:
    """Mark an email as read in the mailbox. If that fails, a later sync may call it unread."""
    try:
        await mailbox.mark_read(user_id, id)
    except Unreachable as error:
        log.warning("mailbox: not marked as read, reason=%s", type(error).__name__)


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

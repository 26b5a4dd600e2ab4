"""Sends emails by SMTP with aiosmtplib: one connection per email, without retries."""

import logging
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from brain.email.model import Accepted, Address, Outgoing, Refused, Unsure
from brain.email.outgoing import compose, objection
from brain.email.settings import MailServer

if TYPE_CHECKING:
    import aiosmtplib

EHLO = "[127.0.0.1]"  # a client without a name says an address (RFC 5321, section 4.1.4)
STEP_S = 8.0  # seconds for an answer; a healthy server takes one, a server with greylisting five
REASON_CHARS = 200  # of the server's error text

AWAY = "the mail server cannot be reached now; nothing was sent"
NOT_LET_IN = "the mail server rejected the login; nothing was sent"
UNENCRYPTED = "the mail server does not support encryption; nothing was sent"

log = logging.getLogger(__name__)


class SmtpPost:
    """`Post` over SMTP."""

    def __init__(
        self,
        server: MailServer,
        sender: Address,
        *,
        utc: Callable[[], datetime],
        step_s: float = STEP_S,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`ssl_context` is for a server whose certificate the system does not trust."""
        self._server = server
        self._sender = sender
        self._utc = utc
        self._step_s = step_s
        self._ssl_context = ssl_context

    @property
    def sender(self) -> Address:
        """The address that emails are sent from."""
        return self._sender

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        """Send an email. The recipients are sent first: if one is refused, nothing is sent."""
        if reason := objection(outgoing):
            return Refused(reason=reason)
        raw = compose(outgoing, sender=self._sender, at=self._utc())
        people = [person.address for person in (*outgoing.to, *outgoing.cc)]
        client = self._client()
        try:
            refusal = await self._address(client, people)
            if refusal is not None:
                return refusal
            return await _transmit(client, raw)
        finally:
            client.close()

    async def lets_in(self) -> bool:
        """Whether the server lets us in. Sends nothing."""
        client = self._client()
        try:
            return await self._address(client, []) is None
        finally:
            client.close()

    def _client(self) -> "aiosmtplib.SMTP":
        import aiosmtplib

        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls,
            start_tls=None if not self._server.tls else False,  # None: if the server offers it
            timeout=self._step_s,
            local_hostname=EHLO,
            tls_context=self._ssl_context,
        )

    async def _address(self, client: "aiosmtplib.SMTP", people: list[str]) -> Refused | None:
        """Log in and send the sender and the recipients. None if the server accepts them all."""
        import aiosmtplib

        try:
            await client.connect()
            if not (self._server.is_here or client.get_transport_info("sslcontext")):
                return Refused(reason=UNENCRYPTED)
            if client.supports_extension("auth") or not self._server.is_here:
                await client.login(self._server.user, self._server.password)
            await client.mail(self._sender.address)
            for person in people:
                await client.rcpt(person)
        except aiosmtplib.SMTPAuthenticationError:
            return Refused(reason=NOT_LET_IN)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("smtp: unreachable, error=%s", type(error).__name__)
            return Refused(reason=AWAY)
        return None


async def _transmit(client: "aiosmtplib.SMTP", raw: bytes) -> Accepted | Refused | Unsure:
    """Send the email itself. Without an answer, the server may or may not have accepted it."""
    import aiosmtplib

    try:
        await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        return _refused(error) if error.code >= 400 else Unsure(raw=raw)
    except (aiosmtplib.SMTPException, OSError) as error:
        log.warning("smtp: no answer to the email, error=%s", type(error).__name__)
        return Unsure(raw=raw)
    # Do not wait for QUIT: a time limit that ends now must not lose the answer.
    return Accepted(raw=raw)


def _refused(error: "aiosmtplib.SMTPResponseException") -> Refused:
    said = " ".join(error.message.split())[:REASON_CHARS]
    reason = f"the mail server refused it ({error.code} {said}); nothing was sent"
    return Refused(reason=reason, foreign=True)

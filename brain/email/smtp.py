"""The way out: SMTP by aiosmtplib. One dialogue for each email, and never a second try."""

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

STEP_S = (
    8.0  # seconds for an answer of the server; a healthy one gives it in one, greylists in five
)
REASON_CHARS = 200  # of the server's own words

AWAY = "the mail server cannot be reached now; nothing was sent"
NOT_LET_IN = "the mail server does not let us in; nothing was sent"
UNENCRYPTED = "the mail server offers no encryption; nothing was sent"

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
        """`ssl_context` for a server whose certificate the system does not know."""
        self._server = server
        self._sender = sender
        self._utc = utc
        self._step_s = step_s
        self._ssl_context = ssl_context

    @property
    def sender(self) -> Address:
        """Who writes."""
        return self._sender

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        """All recipients are named first: if the server refuses one of them, nobody gets it."""
        if reason := objection(outgoing):
            return Refused(reason=reason)
        raw = compose(outgoing, sender=self._sender, at=self._utc())
        people = [person.address for person in (*outgoing.to, *outgoing.cc)]
        client = self._client()
        try:
            refusal = await self._address(client, people)
            if refusal is not None:
                return refusal
            return await _hand_over(client, raw)
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
            local_hostname="brain",
            tls_context=self._ssl_context,
        )

    async def _address(self, client: "aiosmtplib.SMTP", people: list[str]) -> Refused | None:
        """Everything before the email itself. None if the server is ready for it."""
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
            log.warning("smtp: not reached, error=%s", type(error).__name__)
            return Refused(reason=AWAY)
        return None


async def _hand_over(client: "aiosmtplib.SMTP", raw: bytes) -> Accepted | Refused | Unsure:
    """From here on a silence says nothing: the server may have taken the email."""
    import aiosmtplib

    try:
        await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        return _refused(error) if error.code >= 400 else Unsure(raw=raw)
    except (aiosmtplib.SMTPException, OSError) as error:
        log.warning("smtp: no answer to the email, error=%s", type(error).__name__)
        return Unsure(raw=raw)
    # No farewell is waited for: an answer that is in must not be lost to a limit that ends now.
    return Accepted(raw=raw)


def _refused(error: "aiosmtplib.SMTPResponseException") -> Refused:
    said = " ".join(error.message.split())[:REASON_CHARS]
    return Refused(reason=f"the mail server refused it ({error.code} {said}); nothing was sent")

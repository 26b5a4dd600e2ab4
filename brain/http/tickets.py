"""Tickets: short rights to one thing, for callers that cannot send a header.

A ticket is signed with the secret of the user tokens, but for another purpose: neither can be used
as the other.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from brain.codec.text import name_only
from brain.errors import SettingMissing, TokenRefused
from brain.settings import TokenSettings
from brain.texts.ids import is_mind_id

TICKET_S = 60  # seconds until a ticket expires
MOST_CHARS = 2_000  # of a ticket; a user id has at most 256 characters
REFUSED = "the ticket is invalid or has expired"


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket, as its text in an address."""

    text: str
    expires_at: datetime

    __repr__ = name_only


class Tickets:
    """Issues and checks tickets for one purpose."""

    def __init__(
        self, settings: TokenSettings, purpose: str, *, utc: Callable[[], datetime]
    ) -> None:
        """`purpose` is a word that no other kind of ticket has."""
        self._secrets = settings.secrets
        self._purpose = purpose
        self._utc = utc

    def make(self, user_id: str, thing: str) -> Ticket:
        """Issue a ticket for a thing of the user. Raises SettingMissing without a secret."""
        if not self._secrets:
            raise SettingMissing("BRAIN_JWT_SECRET is missing: tickets are signed with it")
        ends = int((self._utc() + timedelta(seconds=TICKET_S)).timestamp())
        user = base64.urlsafe_b64encode(user_id.encode()).decode().rstrip("=")
        signature = self._signature(self._secrets[0], user, thing, str(ends))
        text = f"{user}.{ends}.{signature}"
        return Ticket(text=text, expires_at=datetime.fromtimestamp(ends, UTC))

    def check(self, text: str, thing: str) -> str:
        """Return whose ticket for this thing it is. Raises TokenRefused.

        Tickets of the previous secret are valid too, while it is set.
        """
        user, _, rest = text.partition(".")
        ends, _, signature = rest.partition(".")
        if len(text) > MOST_CHARS or not text.isascii():
            raise TokenRefused(REFUSED)
        signed = [self._signature(secret, user, thing, ends) for secret in self._secrets]
        if not any(hmac.compare_digest(one, signature) for one in signed):
            raise TokenRefused(REFUSED)
        # From here on it is what we have made.
        if self._utc().timestamp() >= int(ends):
            raise TokenRefused(REFUSED)
        user_id = base64.urlsafe_b64decode(user + "=" * (-len(user) % 4)).decode()
        if is_mind_id(user_id):
            raise TokenRefused(REFUSED)
        return user_id

    def _signature(self, secret: str, *parts: str) -> str:
        signed = "\0".join((self._purpose, *parts)).encode()
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

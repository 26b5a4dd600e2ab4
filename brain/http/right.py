"""The right of a connection to listen: it ends with the token that it was opened with."""

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from brain.codec import Form, Json, iso
from brain.errors import TokenRefused
from brain.http.tokens import LEEWAY_S, Token
from brain.run.ports import Clock


class Bye(Struct, frozen=True):
    """The last event of a stream that the server ends for this reason."""

    reason: Literal["token"]


BYE = Form(Bye, tag=("type", "bye"))


class Right:
    """The right to listen until the token expires, unless a newer token extends it."""

    def __init__(self, token: Token, clock: Clock) -> None:
        self._token = token
        self._clock = clock

    @property
    def user_id(self) -> str:
        """The user whose log may be read."""
        return self._token.user_id

    @property
    def left_s(self) -> float:
        """Seconds until the right ends; negative afterwards."""
        return self._token.expires_at + LEEWAY_S - self._clock.utc().timestamp()

    @property
    def until(self) -> float:
        """The end of the right by `Clock.now`."""
        return self._clock.now() + self.left_s

    def extend(self, token: Token) -> Json:
        """Extend the right, and return what the client is told. Raises TokenRefused for the token
        of another user.
        """
        if token.user_id != self._token.user_id:
            raise TokenRefused("the token belongs to another user")
        if token.expires_at > self._token.expires_at:
            self._token = token
        return {"expiresAt": iso(datetime.fromtimestamp(self._token.expires_at, UTC))}

    async def over(self) -> None:
        """Wait until the right ends."""
        while (left_s := self.left_s) > 0:
            await self._clock.sleep(left_s)

"""Reads what other servers answer, up to a bound."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


class TooLong(ValueError):
    """The answer is longer than its reader allows. What follows is not read."""


async def read_within(response: "httpx.Response", most_bytes: int) -> bytes:
    """Return the body of a response that is being received. Raises TooLong, httpx.HTTPError."""
    body = bytearray()
    async for piece in response.aiter_bytes(most_bytes + 1):
        body += piece
        if len(body) > most_bytes:
            raise TooLong
    return bytes(body)

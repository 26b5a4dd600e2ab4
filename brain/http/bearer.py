"""Access keys: whose they are, and the bearer that is a token or an access key."""

import hmac
import logging
from typing import TYPE_CHECKING

from starlette.requests import Request

from brain import settings
from brain.errors import TokenRefused
from brain.http.addresses import caller_address
from brain.http.tokens import Tokens
from brain.settings.variables import key_digest
from brain.texts.ids import is_mind_id

if TYPE_CHECKING:
    from brain.cloud.redis.wrong_tries import WrongTries

TOKEN_DOTS = 2  # a token has three parts, and begins with the JSON of its header
TOKEN_START = "eyJ"

log = logging.getLogger("brain")


async def user_of_bearer(
    request: Request, session: settings.SessionSettings, tokens: Tokens, tries: "WrongTries"
) -> str:
    """Return the user whose token or access key the Authorization header has.

    Raises TokenRefused, TooManyTries, Unreachable.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    bearer = given.strip()
    if scheme.lower() != "bearer" or not bearer:
        raise TokenRefused("an access key or a token is required, as the API key")
    if is_token(bearer) or not session.keys:
        return (await tokens.read(bearer)).user_id
    async with tries.attempt(caller_address(request)):
        return user_of_key(bearer, session)


def user_of_key(access_key: str, session: settings.SessionSettings) -> str:
    """Return whose key this is. Raises TokenRefused.

    It is compared with every key, so that the time does not tell which one was nearly right.
    """
    digest = key_digest(access_key)
    same = [key.user_id for key in session.keys if hmac.compare_digest(key.digest, digest)]
    if not same or is_mind_id(same[0]):
        log.warning("session: wrong access key")
        raise TokenRefused("that access key is incorrect")
    return same[0]


def is_token(bearer: str) -> bool:
    """Whether this has the form of a token (JWT), so that it does not count as a wrong key."""
    return bearer.count(".") == TOKEN_DOTS and bearer.startswith(TOKEN_START)

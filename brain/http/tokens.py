"""Bearer tokens: verified with a shared secret (HS256) or a key set (RS256, ES256).

The configuration decides which algorithms are accepted, never the token. Otherwise an attacker
could sign a token by HS256 with the public key of the key set.
"""

import asyncio
import logging
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brain.errors import TokenRefused, Unreachable
from brain.settings import TokenSettings

if TYPE_CHECKING:
    from jwt import PyJWKSet

log = logging.getLogger(__name__)

LEEWAY_S = 10  # seconds by which the issuer's clock may differ from ours
TOKEN_S = 12 * 3600  # seconds until a token that we issue expires: one working day
MAX_USER_CHARS = 256
LAST_EXPIRY = 253_402_300_799  # seconds since 1970: year 9999; larger ones are milliseconds
KEYS_LIMIT_S = 3.0  # seconds to fetch a key set
KEYS_FRESH_S = 600.0  # seconds until a key set is fetched again
KEYS_PAUSE_S = 30.0  # least seconds between two fetches, so that unknown keys cannot flood
KEY_SET_ALGORITHMS = ["RS256", "ES256"]
# Raised by PyJWT for claims that are JSON but make no sense, such as an infinite expiry.
UNREADABLE = (ArithmeticError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A verified token. `expires_at` is in seconds since 1970."""

    user_id: str
    text: str
    expires_at: int


class Tokens:
    """Verifies tokens, and issues them if a secret is configured."""

    def __init__(
        self, settings: TokenSettings, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` is a monotonic clock in seconds; it measures the age of the key set."""
        self._settings = settings
        self._keys = _KeySet(settings.jwks_url, now) if settings.jwks_url else None

    async def check(self, authorization: str | None) -> Token:
        """Verify an Authorization header.

        Raises TokenRefused, and Unreachable if the key set cannot be fetched.
        """
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise TokenRefused("a bearer token is required")
        return await self.read(text.strip())

    async def read(self, text: str) -> Token:
        """Verify a token's text. Raises as `check` does."""
        import jwt

        try:
            header = jwt.get_unverified_header(text)
            if header.get("alg") == "HS256" and self._settings.secret:
                claims = self._claims(text, self._settings.secret, ["HS256"])
            elif header.get("alg") in KEY_SET_ALGORITHMS and self._keys:
                key = await self._keys.find(header["alg"], header.get("kid"))
                claims = self._claims(text, key, KEY_SET_ALGORITHMS)
            else:
                raise TokenRefused("the token's algorithm is not accepted")
        except jwt.ExpiredSignatureError:
            raise TokenRefused("the token has expired") from None
        except (jwt.InvalidTokenError, *UNREADABLE):
            raise TokenRefused("the token is invalid") from None
        user_id = claims["sub"]
        if not isinstance(user_id, str) or not is_user_id(user_id):
            raise TokenRefused("the token has no valid user id (sub)")
        expires_at = int(claims["exp"])
        if expires_at > LAST_EXPIRY:
            raise TokenRefused("the token's expiry (exp) is not in seconds")
        return Token(user_id=user_id, text=text, expires_at=expires_at)

    def make(self, user_id: str) -> Token:
        """Issue a token for a user. Raises TokenRefused if no secret is configured."""
        import jwt

        if not self._settings.secret:
            raise TokenRefused("this deployment accepts only tokens that its own app issues")
        expires_at = int(time.time()) + TOKEN_S
        claims: dict[str, Any] = {"sub": user_id, "exp": expires_at}
        if self._settings.audience:
            claims["aud"] = self._settings.audience
        if self._settings.issuer:
            claims["iss"] = self._settings.issuer
        text = jwt.encode(claims, self._settings.secret, algorithm="HS256")
        return Token(user_id=user_id, text=text, expires_at=expires_at)

    def _claims(self, text: str, key: Any, algorithms: list[str]) -> dict[str, Any]:
        import jwt

        audience = self._settings.audience
        return jwt.decode(
            text,
            key,
            algorithms=algorithms,
            audience=audience,
            issuer=self._settings.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub"], "verify_aud": audience is not None},
        )


def is_user_id(text: str) -> bool:
    """Whether a text can be a user id: not empty, not too long, and every store can keep it."""
    unkept = any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
    return 0 < len(text) <= MAX_USER_CHARS and not unkept


class _KeySet:
    """The public keys of an identity provider, fetched on demand and cached."""

    def __init__(self, url: str, now: Callable[[], float]) -> None:
        self._url = url
        self._now = now
        self._keys: PyJWKSet | None = None
        self._fetched = self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, alg: str, kid: str | None) -> Any:
        """Return the key for an algorithm and, if the token names one, a key id.

        Raises TokenRefused for an unknown key, Unreachable if there are no keys at all.
        """
        async with self._lock:
            if self._is_due(alg, kid):
                await self._renew()
        key = self._known(alg, kid)
        if key is None:
            raise TokenRefused("the token's key is unknown")
        return key

    def _is_due(self, alg: str, kid: str | None) -> bool:
        """Whether to fetch the keys: they are missing or stale, or this key is unknown."""
        now = self._now()
        is_stale = now - self._fetched > KEYS_FRESH_S or self._known(alg, kid) is None
        return self._keys is None or (is_stale and now - self._asked > KEYS_PAUSE_S)

    async def _renew(self) -> None:
        """Fetch the keys. If the provider is unreachable, keep using the cached ones."""
        self._asked = self._now()
        try:
            await self._fetch()
        except Unreachable as error:
            if self._keys is None:
                raise
            log.warning("tokens: cached keys kept, reason=%s", error)

    def _known(self, alg: str, kid: str | None) -> Any:
        for key in self._keys.keys if self._keys else ():
            if key.algorithm_name == alg and kid in (None, key.key_id):
                return key
        return None

    async def _fetch(self) -> None:
        import httpx
        import jwt

        try:
            async with asyncio.timeout(KEYS_LIMIT_S), httpx.AsyncClient() as http:
                answer = await http.get(self._url)
                answer.raise_for_status()
                self._keys = jwt.PyJWKSet.from_dict(answer.json())
        except (TimeoutError, httpx.HTTPError, jwt.PyJWTError, ValueError, AttributeError) as error:
            # ValueError: not JSON. AttributeError: JSON with an unexpected structure.
            raise Unreachable(f"cannot fetch the key set: {type(error).__name__}") from error
        self._fetched = self._now()

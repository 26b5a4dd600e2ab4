"""Bearer tokens: verified with a shared secret (HS256) or a key set (RS256, ES256).

The configuration decides which algorithms are accepted, never the token. Otherwise an attacker
could sign a token by HS256 with the public key of the key set.

A token that is issued here for an access key has the claim SIGN_IN. While it is valid, it can be
traded for one that expires later, for MOST_S after the sign-in. A token of an app is never traded:
when it expires is the app's decision.

A token that was verified is known until it expires, and as long as the key set has its key.
"""

import hmac
import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from brain.codec import Json
from brain.errors import TokenRefused
from brain.http.key_set import KeySet, NamedKey, VerifiedTokens
from brain.settings import TokenSettings, logs
from brain.texts.ids import is_mind_id, is_user_id

if TYPE_CHECKING:
    from jwt.types import Options

LEEWAY_S = 10  # seconds by which the issuer's clock may differ from ours
TOKEN_S = 12 * 3600  # seconds until a token that we issue expires: one working day
MOST_S = 30 * 24 * 3600  # seconds after a sign-in: then the access key is needed again
SIGN_IN = "brain_sign_in"  # the claim of a token that we issued: `since` and `mark`
NO_KEY = b""  # in place of a key's digest, where a session needs no key
LAST_EXPIRY = 253_402_300_799  # seconds since 1970: year 9999; larger ones are milliseconds
KEY_SET_ALGORITHMS = ["RS256", "ES256"]
# Raised by PyJWT for claims that are JSON but make no sense, such as an infinite expiry.
UNREADABLE = (ArithmeticError, RecursionError, TypeError, ValueError)
# Bytes of a signature, by algorithm: a SHA-256 (RFC 7518, 3.2), two numbers of 32 bytes (3.4), and
# an RSA key of 2,048 bits (3.3 requires at least that) to 8,192.
SIGNATURE_BYTES = {"HS256": (32, 32), "ES256": (64, 64), "RS256": (256, 1024)}


class SignIn(Struct, frozen=True, kw_only=True):
    """When a user signed in, in seconds since 1970, and a mark of the key that was used."""

    since: int
    mark: str


class Token(Struct, frozen=True, kw_only=True):
    """A verified token. `expires_at` is in seconds since 1970. `sign_in`: it was issued here."""

    user_id: str
    text: str
    expires_at: int
    sign_in: SignIn | None = None


class Tokens:
    """Verifies tokens, and issues them if a secret is configured."""

    def __init__(
        self,
        settings: TokenSettings,
        *,
        now: Callable[[], float] = time.monotonic,
        utc: Callable[[], float] = time.time,
    ) -> None:
        """`now` is a monotonic clock in seconds; it measures the age of the key set. `utc` returns
        seconds since 1970; from it the expiry of issued tokens is counted.
        """
        self._settings = settings
        self._utc = utc
        self._keys = KeySet(settings.jwks_url, now) if settings.jwks_url else None
        self._known = VerifiedTokens[Token](self._keys)

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
        token = await self._known.find(text) or await self._read(text)
        logs.note(user_id=token.user_id)
        return token

    async def _read(self, text: str) -> Token:
        import jwt

        at = time.time()
        try:
            claims, key = await self._verified(text)
        except jwt.ExpiredSignatureError:
            raise TokenRefused("the token has expired") from None
        except (jwt.InvalidTokenError, *UNREADABLE):
            raise TokenRefused("the token is invalid") from None
        token = _token(text, claims)
        self._known.keep(text, token, at=at, until=token.expires_at + LEEWAY_S, key=key)
        return token

    def make(self, user_id: str, key: bytes = NO_KEY) -> Token:
        """Issue a token for a user who has signed in now. `key` is the digest of their access key.

        Raises TokenRefused if no secret is configured, and for a reserved user id.
        """
        if is_mind_id(user_id):
            raise TokenRefused("the user id is reserved")
        if not self._settings.secrets:
            raise TokenRefused("this deployment accepts only tokens that its own app issues")
        since = int(self._utc())
        return self._issue(user_id, SignIn(since=since, mark=self._mark(user_id, since, key)))

    def renewed(self, token: Token, keys: Iterable[bytes]) -> Token:
        """Return a token that expires later, or this one if it cannot be renewed.

        It can be if we issued it by the present secret, for one of the user's present `keys`
        (digests), and the sign-in is not too long ago.
        """
        sign_in = token.sign_in
        if sign_in is None or not self._settings.secrets:
            return token
        marks = [self._mark(token.user_id, sign_in.since, key) for key in keys]
        if not any(hmac.compare_digest(mark, sign_in.mark) for mark in marks):
            return token
        later = self._issue(token.user_id, sign_in)
        return later if later.expires_at > token.expires_at else token

    def _issue(self, user_id: str, sign_in: SignIn) -> Token:
        import jwt

        expires_at = min(int(self._utc()) + TOKEN_S, sign_in.since + MOST_S)
        claims: dict[str, Any] = {"sub": user_id, "exp": expires_at}
        claims[SIGN_IN] = {"since": sign_in.since, "mark": sign_in.mark}
        if self._settings.audience:
            claims["aud"] = self._settings.audience
        if self._settings.issuer:
            claims["iss"] = self._settings.issuer
        text = jwt.encode(claims, self._settings.secrets[0], algorithm="HS256")
        return Token(user_id=user_id, text=text, expires_at=expires_at, sign_in=sign_in)

    def _mark(self, user_id: str, since: int, key: bytes) -> str:
        """Return what only this deployment can make for a sign-in. It tells nothing of the key."""
        signed = b"\0".join((SIGN_IN.encode(), user_id.encode(), str(since).encode(), key))
        return hmac.digest(self._settings.secrets[0].encode(), signed, "sha256").hex()

    async def _verified(self, text: str) -> tuple[Json, NamedKey | None]:
        """Verify the token. Return its claims, and the key of the key set that it was signed with.

        Raises jwt.InvalidTokenError, TokenRefused, Unreachable.
        """
        import jwt

        header = _header(text)
        algorithm = header.get("alg")
        has_secret = algorithm == "HS256" and bool(self._settings.secrets)
        has_keys = algorithm in KEY_SET_ALGORITHMS and self._keys is not None
        if not has_secret and not has_keys:
            raise TokenRefused("the token's algorithm is not accepted")
        least, most = SIGNATURE_BYTES[header["alg"]]
        if not least <= len(jwt.utils.base64url_decode(text.rpartition(".")[2])) <= most:
            raise TokenRefused("the token is invalid")
        if has_secret or self._keys is None:
            return self._by_secret(text), None
        # Nobody waits for the key set with a token that cannot be valid. What is checked here is
        # not trusted before the signature is verified.
        jwt.get_unverified_header(text)
        self._claims(text, None, None)
        alg, kid = header["alg"], header.get("kid")
        key = await self._keys.find(alg, kid)
        return self._claims(text, key, KEY_SET_ALGORITHMS), NamedKey(alg, kid, key)

    def _by_secret(self, text: str) -> Json:
        """Verify with the secret, else with the previous one, while it is still configured."""
        import jwt

        wrong: jwt.InvalidSignatureError | None = None
        for secret in self._settings.secrets:
            try:
                return self._claims(text, secret, ["HS256"])
            except jwt.InvalidSignatureError as error:
                wrong = error
        self._claims(text, None, None)  # tells first that a token has expired
        raise wrong or jwt.InvalidSignatureError

    def _claims(self, text: str, key: Any, algorithms: list[str] | None) -> Json:
        """Return the claims, if they are valid now. Without a key the signature is not checked."""
        import jwt

        audience = self._settings.audience
        options: Options = {
            "require": ["exp", "sub"],
            "verify_aud": audience is not None,
            "verify_exp": True,
            "verify_iss": True,
            "verify_nbf": True,
            "verify_signature": algorithms is not None,
            "verify_sub": True,
        }
        return jwt.decode(
            text,
            key,
            algorithms=algorithms,
            audience=audience,
            issuer=self._settings.issuer,
            leeway=LEEWAY_S,
            options=options,
        )


def _header(text: str) -> Json:
    """Return the header of a token that is not verified. Raises ValueError."""
    import jwt

    header = json.loads(jwt.utils.base64url_decode(text.partition(".")[0]))
    if not isinstance(header, dict):
        raise ValueError("not an object")
    return header


def _token(text: str, claims: Json) -> Token:
    """Return a token with these claims. Raises TokenRefused."""
    user_id = claims["sub"]
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise TokenRefused("the token has no valid user id (sub)")
    if is_mind_id(user_id):
        raise TokenRefused("the token's user id (sub) is reserved")
    expires_at = int(claims["exp"])
    if expires_at > LAST_EXPIRY:
        raise TokenRefused("the token's expiry (exp) is not in seconds")
    sign_in = _sign_in(claims.get(SIGN_IN))
    return Token(user_id=user_id, text=text, expires_at=expires_at, sign_in=sign_in)


def _sign_in(claim: Any) -> SignIn | None:
    """Read the claim SIGN_IN; None if we cannot have made it."""
    match claim:
        case {"since": int(since), "mark": str(mark)} if mark.isascii():
            return SignIn(since=since, mark=mark)
        case _:
            return None

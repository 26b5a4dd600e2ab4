"""The public keys of an identity provider (JWKS, RFC 7517), fetched on demand and kept.

The provider is a service like the others. All callers share one fetch with a time limit. After a
failed fetch nobody fetches for a while. Known keys stay valid while the provider is away. Anyone
can send a token with an unknown key id, so such tokens cause few fetches.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from brain.codec import Json
from brain.errors import TokenRefused, Unreachable
from brain.http.answers import read_within

if TYPE_CHECKING:
    from jwt import PyJWKSet

FETCH_S = 3.0  # seconds to fetch the keys
FRESH_S = 600.0  # seconds until the keys are fetched again, beside the call that they verify
STALE_S = 24 * 3600.0  # seconds until keys that could not be fetched again lose their validity
REST_S = 10.0  # seconds without a fetch after a failed one
UNKNOWN_S = 5.0  # seconds after which an unknown key id may cause one more fetch
UNKNOWN_MOST = 3  # fetches for unknown key ids that may be saved up
MOST_KNOWN = 1_000  # verified tokens that an instance keeps
KNOWN_CHARS = 4_096  # of a token that is kept
MAX_BYTES = 256 * 1024  # of a key set; a large provider has 10 KB

log = logging.getLogger(__name__)


class KeySet:
    """The keys at a URL."""

    def __init__(self, url: str, now: Callable[[], float]) -> None:
        """`now` is a monotonic clock in seconds."""
        self._url = url
        self._now = now
        self._keys: PyJWKSet | None = None
        self._fetched = self._failed = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._budget = _Budget(now)

    async def find(self, alg: str, kid: str | None) -> Any:
        """Return the key for an algorithm and, if the token names one, a key id.

        Raises TokenRefused for an unknown key, Unreachable if the provider had to be asked and did
        not answer.
        """
        age = self._now() - self._fetched
        if age > STALE_S:
            self._keys = None
        key = self._known(alg, kid)
        if key is not None:
            if age > FRESH_S and not self._is_resting():
                self._fetch_once().add_done_callback(_note_failure)
            return key
        if self._keys is None or self._is_resting() or self._is_fetching() or self._budget.take():
            await self._renew()
        if (key := self._known(alg, kid)) is None:
            raise TokenRefused("the token's key is unknown")
        return key

    async def _renew(self) -> None:
        """Fetch the keys, or wait for the fetch that goes on. Raises Unreachable."""
        if self._is_resting():
            raise Unreachable("the key set could not be fetched a moment ago")
        # Shielded: a caller that is cancelled must not cancel the fetch of the others.
        await asyncio.shield(self._fetch_once())

    def _known(self, alg: str, kid: str | None) -> Any:
        for key in self._keys.keys if self._keys else ():
            if key.algorithm_name == alg and kid in (None, key.key_id):
                return key
        return None

    def _is_resting(self) -> bool:
        return self._now() - self._failed < REST_S

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    def _fetch_once(self) -> "asyncio.Task[None]":
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.ensure_future(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        import httpx
        import jwt

        try:
            async with asyncio.timeout(FETCH_S):
                found = json.loads(await _body(self._url))
            self._keys = jwt.PyJWKSet.from_dict({"keys": list(_for_signatures(found["keys"]))})
        except (
            TimeoutError,
            httpx.HTTPError,
            jwt.PyJWTError,
            ValueError,  # not JSON, or too long
            RecursionError,
            TypeError,  # JSON with an unexpected structure
            LookupError,
        ) as error:
            self._failed = self._now()
            raise Unreachable(f"cannot fetch the key set: {type(error).__name__}") from error
        self._fetched = self._now()


class NamedKey(NamedTuple):
    """A key of a key set, and how a token names it."""

    alg: str
    kid: str | None
    key: Any


class VerifiedTokens[T]:
    """What tokens say that were verified here. Each is known until it expires, and while the key
    set has its key: what a provider takes back is refused as soon as without this memory.
    """

    def __init__(
        self, keys: KeySet | None, *, utc: Callable[[], float] = time.time, most: int = MOST_KNOWN
    ) -> None:
        """`utc` returns seconds since 1970. Of the tokens, the newest `most` are kept."""
        self._keys = keys
        self._utc = utc
        self._most = most
        self._known: dict[str, tuple[T, float, float, NamedKey | None]] = {}

    async def find(self, text: str) -> T | None:
        """Return what is known of the token's text; None if it has to be verified.

        Raises as `KeySet.find` does.
        """
        if (known := self._known.get(text)) is None:
            return None
        said, at, until, named = known
        # Before `at` it may not have been valid yet: a clock can be set back.
        if not at <= self._utc() < until:
            del self._known[text]
            return None
        if named is not None and self._keys is not None:
            key = await self._keys.find(named.alg, named.kid)
            return said if key is named.key else None
        return said

    def keep(self, text: str, said: T, *, at: float, until: float, key: NamedKey | None) -> None:
        """Keep what a token says that was valid at `at` and expires at `until` (seconds since
        1970). `key` is that of the key set, if its signature was verified with one.
        """
        if len(text) <= KNOWN_CHARS:
            self._known.pop(text, None)
            self._known[text] = said, at, until, key  # the newest is the last
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]


class _Budget:
    """A token bucket: one token for each UNKNOWN_S seconds, at most UNKNOWN_MOST."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left = float(UNKNOWN_MOST)
        self._at = now()

    def take(self) -> bool:
        """Take a token, if there is one."""
        now = self._now()
        self._left = min(UNKNOWN_MOST, self._left + (now - self._at) / UNKNOWN_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


async def _body(url: str) -> bytes:
    """Return the answer's body. Raises httpx.HTTPError, TooLong."""
    import httpx

    async with httpx.AsyncClient() as http, http.stream("GET", url) as answer:
        answer.raise_for_status()
        return await read_within(answer, MAX_BYTES)


def _for_signatures(keys: Iterable[object]) -> Iterable[Json]:
    """Leave out keys for other purposes (RFC 7517, sections 4.2 and 4.3).

    The algorithm of a key (section 4.4) is compared with the token's when the key is looked up.
    """
    for key in keys:
        if isinstance(key, dict) and key.get("use", "sig") == "sig":
            operations = key.get("key_ops", ["verify"])
            if isinstance(operations, list) and "verify" in operations:
                yield key


def _note_failure(fetching: "asyncio.Task[None]") -> None:
    if not fetching.cancelled() and (error := fetching.exception()) is not None:
        log.warning("tokens: cached keys kept, reason=%s", error)

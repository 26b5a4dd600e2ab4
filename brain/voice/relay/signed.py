"""Checks that Twilio has opened a connection: the header X-Twilio-Signature of the upgrade.

The signature is an HMAC-SHA1 of the address with the account's auth token, in base64.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def is_signed(token: str, addresses: Iterable[str], signature: str) -> bool:
    """Whether the signature belongs to one of the addresses at which we can be reached."""
    given = signature.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(_signature(token, one), given) for one in addresses)


def addresses_of(public_url: str, path: str, query: str) -> tuple[str, ...]:
    """Return the addresses that the caller may have signed: some of Twilio's servers sign the
    socket's scheme, others the scheme of the upgrade request.
    """
    place = public_url.partition("://")[2].rstrip("/")
    rest = f"{path}?{query}" if query else path
    is_plain = public_url.startswith("http:")
    schemes = ("ws", "http") if is_plain else ("wss", "https")
    return tuple(f"{scheme}://{place}{rest}" for scheme in schemes)


def _signature(token: str, address: str) -> bytes:
    digest = hmac.new(token.encode(), address.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(digest.digest())

"""A push service over HTTP, and a browser that reads what comes.

Written from RFC 8030, 8188, 8291 and 8292 on its own: nothing here is the product's.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

AUTH = b"sixteen bytes :)"
MOST_BYTES = 4_096
URGENCIES = ("very-low", "low", "normal", "high")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


class Browser:
    """A browser with a subscription: its keys, as RFC 8291 has them."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None, auth: bytes = AUTH):
        self._private = private or ec.generate_private_key(ec.SECP256R1())
        self._auth = auth

    @property
    def public(self) -> bytes:
        key = self._private.public_key()
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, endpoint: str) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives."""
        keys = {"p256dh": b64(self.public), "auth": b64(self._auth)}
        return {"endpoint": endpoint, "expirationTime": None, "keys": keys}

    def opened(self, body: bytes) -> bytes:
        """Decrypt a body of one record (RFC 8188, 2.1; RFC 8291, 3.4)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        assert 18 <= len(record) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        secret = self._private.exchange(ec.ECDH(), point)
        prk = hmac_sha256(self._auth, secret)
        ikm = hmac_sha256(prk, b"WebPush: info\0" + self.public + theirs + b"\1")
        prk = hmac_sha256(salt, ikm)
        key = hmac_sha256(prk, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = hmac_sha256(prk, b"Content-Encoding: nonce\0\1")[:12]
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1:] == b"\2", "the last record"
        return padded[:-1]


@dataclass
class Receiver:
    """The push service. `status` is what it answers next, by path; else 201."""

    origin: str = ""
    public_key: str = ""
    now: float | None = None
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._take, methods=["POST", "GET"])])

    async def until(self, count: int) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(10):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()

    def shown(self, browser: Browser) -> list[dict[str, Any]]:
        """What this browser can read of all that came."""
        return [json.loads(browser.opened(body)) for _, _, body in self.got]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        headers = dict(request.headers)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if request.method != "POST":
            self.faults.append("not a POST")
        try:
            self._check(headers, body)
        except Exception as error:  # noqa: BLE001 - whatever is wrong fails the test that asks
            self.faults.append(f"{type(error).__name__}: {error}")
            return Response(status_code=403)
        self.got.append((path, headers, body))
        self.news.set()
        return Response(status_code=self.status.get(path, 201), headers=self.headers)

    def _check(self, headers: dict[str, str], body: bytes) -> None:
        scheme, _, rest = headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        assert parts["k"] == self.public_key
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        options: Any = {"require": ["aud", "exp", "sub"]}
        claims = jwt.decode(
            parts["t"], key, algorithms=["ES256"], audience=self.origin, options=options
        )
        assert claims["sub"].startswith("mailto:")
        assert jwt.get_unverified_header(parts["t"])["typ"] == "JWT"
        assert headers["content-encoding"] == "aes128gcm"
        assert 0 <= int(headers["ttl"]) <= 28 * 24 * 3600
        assert headers["urgency"] in URGENCIES
        assert len(headers.get("topic", "")) <= 32
        assert len(body) <= MOST_BYTES

"""The signature that QStash puts on each delivery, so that a receiver can verify the sender."""

from __future__ import annotations

import base64
import hashlib
import uuid

import jwt

SIGNATURE_LIFE_S = 300  # seconds; the vendor's tokens are valid for five minutes


def sign(*, key: str, url: str, body: bytes, now_s: float) -> str:
    """Return a JWT (HS256) over the exact destination URL and the raw body.

    `iat` is rounded down: receivers would refuse a token from half a second in the future.
    """
    issued = int(now_s)
    claims = {
        "iss": "Upstash",
        "sub": url,
        "iat": issued,
        "nbf": issued,
        "exp": issued + SIGNATURE_LIFE_S,
        "jti": f"jwt_{uuid.uuid4().hex}",
        "body": base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode("ascii"),
    }
    return jwt.encode(claims, key, algorithm="HS256")

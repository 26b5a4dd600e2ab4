"""Encrypts a notification for one browser (RFC 8291) and signs its delivery (RFC 8292).

The push service cannot read what it delivers. Imported with the first notification.
"""

import base64
import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

RECORD_BYTES = 4_096  # of the one record; what is sent is always shorter
SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
LAST_RECORD = b"\x02"  # the delimiter that begins the padding of the last record
CURVE = ec.SECP256R1()


class Ingredients(Struct, frozen=True):
    """What must be new for each notification: a salt and a key."""

    salt: bytes
    key: ec.EllipticCurvePrivateKey


def fresh() -> Ingredients:
    """Return new ones."""
    return Ingredients(os.urandom(SALT_BYTES), ec.generate_private_key(CURVE))


def seal(payload: bytes, *, p256dh: bytes, auth: bytes, own: Ingredients) -> bytes:
    """Return the body to send (`aes128gcm`). Raises ValueError if `p256dh` is no point."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh)
    ours = _point(own.key.public_key())
    secret = own.key.exchange(ec.ECDH(), theirs)
    ikm = _derived(secret, salt=auth, info=b"WebPush: info\x00" + p256dh + ours, length=32)
    key = _derived(ikm, salt=own.salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derived(ikm, salt=own.salt, info=b"Content-Encoding: nonce\x00", length=12)
    header = own.salt + RECORD_BYTES.to_bytes(4) + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, payload + LAST_RECORD, None)


def is_point(encoded: bytes) -> bool:
    """Whether this is an uncompressed point of P-256."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, encoded)
    except (ValueError, InvalidKey):
        return False
    return len(encoded) == POINT_BYTES


class Signer:
    """Signs deliveries with the key of this deployment (VAPID)."""

    def __init__(self, private_key: bytes, subject: str) -> None:
        """`private_key` has 32 bytes, `subject` begins with mailto:."""
        self._key = ec.derive_private_key(int.from_bytes(private_key), CURVE)
        self._subject = subject

    @property
    def public_key(self) -> str:
        """The public key as browsers take it (`applicationServerKey`)."""
        return to_text(_point(self._key.public_key()))

    def authorization(self, origin: str, *, expires_at: int) -> str:
        """Return the header for a push service; `expires_at` is in seconds since 1970."""
        import jwt

        claims = {"aud": origin, "exp": expires_at, "sub": self._subject}
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public_key}"


def to_text(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

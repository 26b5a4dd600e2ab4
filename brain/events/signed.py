"""Signatures of incoming events per Standard Webhooks (v1: HMAC-SHA256 of id, time and body)."""

import re
from collections.abc import Mapping

from brain.errors import SignatureRefused

SIGNATURES = "webhook-signature"

_V1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")  # 32 bytes in base64


class EventSignature:
    """Verifies that a request was signed with our secret, at most five minutes from now."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event's id, which the signature covers. Raises SignatureRefused."""
        from standardwebhooks import Webhook, WebhookVerificationError

        # The library refuses the whole header if it cannot parse one of the signatures.
        given = {**headers, SIGNATURES: _v1_only(headers.get(SIGNATURES, ""))}
        try:
            Webhook(self._secret).verify(body, given, json_parse=False)
        except (WebhookVerificationError, UnicodeDecodeError) as error:
            raise SignatureRefused("the event's signature is invalid or too old") from error
        return headers["webhook-id"]


def _v1_only(signatures: str) -> str:
    """Drop the signatures of other versions, which the header may list too."""
    return " ".join(one for one in signatures.split() if _V1.fullmatch(one))

"""Events from outside, signed per Standard Webhooks (v1: HMAC-SHA256 of id, time and body)."""

import re
from collections.abc import Mapping

from brain.errors import SignatureRefused

SIGNATURES = "webhook-signature"

_V1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")  # 32 bytes in base64


class EventSignature:
    """Whether a request was signed with our secret, at most five minutes from now."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """The event's id, which the signature covers. Raises SignatureRefused."""
        from standardwebhooks import Webhook, WebhookVerificationError

        # The library refuses them all for one that it cannot read.
        given = {**headers, SIGNATURES: _legible(headers.get(SIGNATURES, ""))}
        try:
            Webhook(self._secret).verify(body, given, json_parse=False)
        except (WebhookVerificationError, UnicodeDecodeError) as error:
            raise SignatureRefused("not signed with the secret for events, or too old") from error
        return headers["webhook-id"]


def _legible(signatures: str) -> str:
    """Those that may be ours: beside them may stand some of other versions."""
    return " ".join(one for one in signatures.split() if _V1.fullmatch(one))

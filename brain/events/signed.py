"""Signatures of incoming events per Standard Webhooks (v1: HMAC-SHA256 of id, time and body)."""

import re
from collections.abc import Mapping, Sequence

from brain.errors import SignatureRefused

SIGNATURES = "webhook-signature"

_V1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")  # 32 bytes in base64


class EventSignature:
    """Verifies that a request was signed with a secret of ours, at most five minutes from now."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """While a secret is replaced there are two, and senders may use either."""
        self._secrets = secrets

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the event's id, which the signature covers. Raises SignatureRefused."""
        from standardwebhooks import Webhook, WebhookVerificationError

        # The library refuses the whole header if it cannot parse one of the signatures.
        given = {**headers, SIGNATURES: _v1_only(headers.get(SIGNATURES, ""))}
        for secret in self._secrets:
            try:
                Webhook(secret).verify(body, given, json_parse=False)
            except (WebhookVerificationError, UnicodeDecodeError):
                continue
            return headers["webhook-id"]
        raise SignatureRefused("the event's signature is invalid or too old")


def _v1_only(signatures: str) -> str:
    """Drop the signatures of other versions, which the header may list too."""
    return " ".join(one for one in signatures.split() if _V1.fullmatch(one))

"""Events from outside, signed per Standard Webhooks (v1: HMAC-SHA256 of id, time and body)."""

from collections.abc import Mapping

from brain.domain.errors import SignatureRefused


class EventSignature:
    """Whether a request was signed with our secret, at most five minutes from now."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """The event's id, which the signature covers. Raises SignatureRefused."""
        from standardwebhooks import Webhook, WebhookVerificationError

        try:
            Webhook(self._secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as error:  # ValueError: no base64, no UTF-8
            raise SignatureRefused("not signed with the secret for events, or too old") from error
        return headers["webhook-id"]

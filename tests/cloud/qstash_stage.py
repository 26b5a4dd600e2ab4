"""The queue's settings in the tests."""

from typing import Any

from msgspec.structs import replace

from brain.settings import QueueSettings
from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN

PUBLIC_URL = "https://brain.example"


def settings_for(url: str, public_url: str = PUBLIC_URL, **changed: Any) -> QueueSettings:
    settings = QueueSettings(
        url=url,
        token=TOKEN,
        current_key=CURRENT_SIGNING_KEY,
        next_key=NEXT_SIGNING_KEY,
        public_url=public_url,
        headers={},
    )
    return replace(settings, **changed)

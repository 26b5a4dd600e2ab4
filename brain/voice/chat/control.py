"""Sends a late answer to the platform, by the address that it has given for this call."""

import asyncio
import logging

from brain.codec import Json

TRIES = 3
LIMIT_S = 5.0  # seconds for one try
PAUSE_S = 0.5  # seconds before the second try; doubled before the third

log = logging.getLogger(__name__)


async def say(url: str, text: str) -> bool:
    """Have the platform say this text. Return False if it did not take it.

    The address was checked before. Redirects are not followed: they could lead anywhere.
    """
    import httpx

    body: Json = {"type": "say", "content": text, "endCallAfterSpoken": False}
    async with httpx.AsyncClient(
        follow_redirects=False, trust_env=False, timeout=LIMIT_S
    ) as client:
        for number in range(TRIES):
            if number:
                await asyncio.sleep(PAUSE_S * 2 ** (number - 1))
            try:
                async with asyncio.timeout(LIMIT_S), client.stream("POST", url, json=body) as reply:
                    status = reply.status_code
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                log.warning("control: not sent, reason=%s", type(error).__name__)
                continue
            if status < 300:
                return True
            log.warning("control: not taken, status=%d", status)
            if status < 500 and status != 429:
                return False
    return False

"""A host of one's own for the channel: functions and the page's policy have the same rule."""

import asyncio
from pathlib import Path

import pytest

from brain import settings
from brain.errors import SettingMissing
from local.gateway.policy import PolicyNotMade, policy

ROOT = Path(__file__).parents[2]
COMPLAINT = "PUSHER_HOST must be the name of a host, such as ws.example.org"
APP = {"PUSHER_APP_ID": "42", "PUSHER_KEY": "key", "PUSHER_SECRET": "secret"}


@pytest.mark.parametrize(
    "host", ["https://ws.example", "ws.example:6001", "*", "a b", "-a", "a; script-src *"]
)
def test_what_is_no_name_of_a_host_is_refused(host: str) -> None:
    with pytest.raises(SettingMissing) as refused:
        settings.channel({**APP, "PUSHER_HOST": host})
    with pytest.raises(PolicyNotMade) as not_made:
        asyncio.run(policy(ROOT, {"PUSHER_HOST": host}))
    assert (str(refused.value), str(not_made.value)) == (COMPLAINT, COMPLAINT)


@pytest.mark.parametrize("host", ["ws.example.org", "localhost", "10.0.0.7", "x", "A-1.b"])
def test_a_name_is_taken_as_it_is(host: str) -> None:
    assert settings.channel({**APP, "PUSHER_HOST": host}).host == host
    assert f" wss://{host};" in asyncio.run(policy(ROOT, {"PUSHER_HOST": host}))

"""Which addresses a late answer may be sent to. Pure."""

import pytest

from brain.errors import SettingMissing
from brain.voice.chat.settings import chat

LOCAL = "http://127.0.0.1:8080"
ALLOWED = (
    "https://vapi.ai/x",
    "https://phone-call-websocket.aws-us-west-2-backend-production1.vapi.ai/0f3c/control",
    "https://API.VAPI.AI/x",
    "https://vapi.ai:443/x",
)
REFUSED = (
    "https://attacker.example/x",
    "http://169.254.169.254/",
    "https://vapi.ai.attacker.example/",
    "https://attackervapi.ai/",
    "http://vapi.ai/",
    "https://vapi.ai:8443/",
    "https://vapi.ai@attacker.example/",
    "https://user:pass@vapi.ai/",
    "https://vapi.ai\\@attacker.example/",
    "https://attacker.example#@vapi.ai/",
    "https://attacker.example?.vapi.ai/",
    "https://attacker.example/.vapi.ai",
    "https://vapi.ai%2eattacker.example/",
    "https://vapi。ai/",
    "https://vаpi.ai/",  # noqa: RUF001 - a Cyrillic letter
    "https://vapi.ai./",
    "https://.vapi.ai/",
    "https://vapi.ai:99999/",
    "https://vapi.ai:x/",
    "https://[::1]/",
    "https://2130706433/",
    "//vapi.ai/",
    "ftp://vapi.ai/",
    "javascript:alert(1)",
    "https:vapi.ai",
    "https://vapi.ai/ x",
    "https://vapi.ai/\r\nHost: attacker.example",
    "",
    LOCAL,
)


@pytest.mark.parametrize("url", ALLOWED)
def test_the_platform_may_be_called(url: str) -> None:
    assert chat({}).may_call(url)


@pytest.mark.parametrize("url", REFUSED)
def test_nobody_else_is_called(url: str) -> None:
    assert not chat({}).may_call(url)


def test_an_origin_names_exactly_itself() -> None:
    settings = chat({"BRAIN_CONTROL_HOSTS": f"{LOCAL}, example.org"})
    assert settings.may_call(f"{LOCAL}/any/path")
    assert settings.may_call("https://calls.example.org/x")
    for url in ("http://127.0.0.1:8081/", "https://127.0.0.1:8080/", "https://vapi.ai/x"):
        assert not settings.may_call(url)


@pytest.mark.parametrize(
    "hosts", ["https://", "a b", "http://x/path", "*.vapi.ai", "user@vapi.ai", "vapi.ai/x", "ä.ai"]
)
def test_a_malformed_list_is_named(hosts: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_CONTROL_HOSTS"):
        chat({"BRAIN_CONTROL_HOSTS": hosts})


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "inf"])
def test_a_malformed_patience_is_named(seconds: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_CHAT_PATIENCE_S"):
        chat({"BRAIN_CHAT_PATIENCE_S": seconds})

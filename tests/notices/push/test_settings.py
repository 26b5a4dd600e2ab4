"""The settings of Web Push, and where notifications may be sent."""

import base64
import subprocess
import sys

import pytest

from brain.errors import SettingMissing
from brain.notices.push.sealing import Signer
from brain.notices.push.settings import DEFAULT_HOSTS, ORDER, PushSettings, absent, is_on, push
from brain.settings import problems

KEY = base64.urlsafe_b64encode(bytes([1] * 32)).decode().rstrip("=")
BOTH = {"BRAIN_VAPID_PRIVATE_KEY": KEY, "BRAIN_VAPID_SUBJECT": "mailto:me@example.org"}


def at(*hosts: str) -> PushSettings:
    found = push({**BOTH, "BRAIN_PUSH_HOSTS": ",".join(hosts)})
    assert found is not None
    return found


def test_without_a_key_nothing_is_pushed_and_health_says_which_variable_is_missing() -> None:
    assert push({}) is None
    assert not is_on({})
    assert absent({}) == {"push": "BRAIN_VAPID_PRIVATE_KEY is missing"}
    assert problems({}, {"push": push})["push"] == ""


def test_with_both_it_is_on_and_a_padded_key_is_the_same() -> None:
    found = push(BOTH)
    assert found == push({**BOTH, "BRAIN_VAPID_PRIVATE_KEY": f"{KEY}="})
    assert found is not None
    assert found.hosts == DEFAULT_HOSTS
    assert is_on(BOTH)
    assert absent(BOTH) == {}
    assert KEY not in repr(found)
    assert str(bytes([1] * 32)) not in repr(found)


@pytest.mark.parametrize(
    ("changed", "variable", "reason"),
    [
        ({"BRAIN_VAPID_SUBJECT": ""}, "BRAIN_VAPID_SUBJECT", "is missing"),
        ({"BRAIN_VAPID_SUBJECT": "me@example.org"}, "BRAIN_VAPID_SUBJECT", "mailto:"),
        ({"BRAIN_VAPID_SUBJECT": "mailto:me"}, "BRAIN_VAPID_SUBJECT", "mailto:"),
        ({"BRAIN_VAPID_SUBJECT": "mailto:a b@c.d"}, "BRAIN_VAPID_SUBJECT", "mailto:"),
        ({"BRAIN_VAPID_PRIVATE_KEY": ""}, "BRAIN_VAPID_PRIVATE_KEY", "is missing"),
        ({"BRAIN_VAPID_PRIVATE_KEY": KEY[:-1]}, "BRAIN_VAPID_PRIVATE_KEY", "32 bytes"),
        ({"BRAIN_VAPID_PRIVATE_KEY": f"{KEY}AA"}, "BRAIN_VAPID_PRIVATE_KEY", "32 bytes"),
        ({"BRAIN_VAPID_PRIVATE_KEY": "A" * 43}, "BRAIN_VAPID_PRIVATE_KEY", "P-256"),
        ({"BRAIN_VAPID_PRIVATE_KEY": "_" * 43}, "BRAIN_VAPID_PRIVATE_KEY", "P-256"),
        ({"BRAIN_VAPID_PRIVATE_KEY": "-----BEGIN"}, "BRAIN_VAPID_PRIVATE_KEY", "brain.vapid"),
        ({"BRAIN_PUSH_HOSTS": "*"}, "BRAIN_PUSH_HOSTS", "hosts"),
        ({"BRAIN_PUSH_HOSTS": "*.com"}, "BRAIN_PUSH_HOSTS", "hosts"),
        ({"BRAIN_PUSH_HOSTS": "a.example/path"}, "BRAIN_PUSH_HOSTS", "hosts"),
        ({"BRAIN_PUSH_HOSTS": "http://a.example/path"}, "BRAIN_PUSH_HOSTS", "hosts"),
        ({"BRAIN_PUSH_HOSTS": "ftp://a.example"}, "BRAIN_PUSH_HOSTS", "hosts"),
    ],
)
def test_an_error_names_the_variable_the_reason_and_the_fix_and_no_value(
    changed: dict[str, str], variable: str, reason: str
) -> None:
    env = {**BOTH, **changed}
    with pytest.raises(SettingMissing) as raised:
        push(env)
    text = str(raised.value)
    assert text.startswith(variable)
    assert reason in text
    assert KEY not in text
    assert not is_on(env)
    assert problems(env, {"push": push})["push"] == text


def test_the_largest_key_is_one_less_than_the_order_of_the_curve() -> None:
    for number, is_right in ((ORDER - 1, True), (ORDER, False)):
        key = base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")
        assert is_on({**BOTH, "BRAIN_VAPID_PRIVATE_KEY": key}) is is_right


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://fcm.googleapis.com:443/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA?x=1",
        "https://web.push.apple.com/QOabc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc%3d",
    ],
)
def test_the_push_services_of_the_browsers_are_known(endpoint: str) -> None:
    assert at().may_send(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:0/x",
        "https://fcm.googleapis.com:99999/x",
        "https://evil-fcm.googleapis.com/x",
        "https://x.fcm.googleapis.com/x",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://push.apple.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://me:it@fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com\n.evil.example/x",
        "https://fcm.googleapis.com./x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "//fcm.googleapis.com/x",
        "fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://",
        "",
        f"https://fcm.googleapis.com/{'x' * 2_000}",
    ],
)
def test_nothing_else_is(endpoint: str) -> None:
    assert not at().may_send(endpoint)
    assert not at().is_listed(endpoint)


def test_an_origin_is_that_origin_alone() -> None:
    listed = at("http://127.0.0.1:9000", "https://Push.Example")
    assert listed.may_send("http://127.0.0.1:9000/send/1")
    assert listed.is_listed("http://127.0.0.1:9000/send/1")
    assert listed.may_send("https://push.example/1")
    for other in ("http://127.0.0.1:9001/1", "https://127.0.0.1:9000/1", "http://127.0.0.1/1"):
        assert not listed.may_send(other)
    assert not listed.may_send("https://fcm.googleapis.com/x"), "the default is replaced"


def test_the_command_prints_a_key_that_the_settings_take() -> None:
    command = [sys.executable, "-m", "brain.vapid"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in "ab"]
    printed = [run.stdout for run in runs]
    assert printed[0] != printed[1]
    env = dict(line.split("=", 1) for line in printed[0].splitlines())
    found = push(env)
    assert found is not None
    assert len(Signer(found.private_key, found.subject).public_key) == 87

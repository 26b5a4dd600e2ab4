"""The email account in the environment: how it is read, and which errors are reported."""

import pytest

from brain import settings
from brain.email import settings as email_settings
from brain.email.settings import MailServer
from brain.errors import SettingMissing

IMAP, SMTP = (
    "imaps://me%40brain.example:p%2Fw%3A%40%C3%A9@imap.example/",
    "smtps://u:p@smtp.example",
)
GROUPS = {"email": email_settings.account}
FULL = {"BRAIN_IMAP_URL": IMAP, "BRAIN_SMTP_URL": SMTP}


def refusal(env: dict[str, str]) -> str:
    with pytest.raises(SettingMissing) as missing:
        email_settings.account(env)
    return str(missing.value)


def test_no_account_is_no_problem() -> None:
    assert email_settings.account({}) is None
    assert settings.problems({}, GROUPS)["email"] == ""


def test_users_and_passwords_are_percent_decoded() -> None:
    account = email_settings.account(FULL)
    assert account is not None
    assert account.imap == MailServer(
        host="imap.example", port=993, tls=True, user="me@brain.example", password="p/w:@é"
    )
    assert account.smtp == MailServer(
        host="smtp.example", port=465, tls=True, user="u", password="p"
    )
    assert (account.sender.address, account.owner) == ("me@brain.example", "owner")


@pytest.mark.parametrize(
    ("scheme", "port", "tls"),
    [("imap", 143, False), ("imap://x:y@h:1143", 1143, False), ("imaps://x:y@[::1]:3", 3, True)],
)
def test_ports_and_encryption_come_from_the_url(scheme: str, port: int, tls: bool) -> None:
    url = scheme if "://" in scheme else f"{scheme}://x:y@h"
    account = email_settings.account(
        {**FULL, "BRAIN_IMAP_URL": url, "BRAIN_EMAIL_FROM": "a@b.example"}
    )
    assert account is not None
    assert (account.imap.port, account.imap.tls) == (port, tls)


def test_the_sender_and_the_user_can_be_set() -> None:
    named = {"BRAIN_EMAIL_FROM": "Robin <r@b.example>", "BRAIN_EMAIL_USER": "user-7"}
    account = email_settings.account({**FULL, **named})
    assert account is not None
    assert (account.sender.name, account.sender.address) == ("Robin", "r@b.example")
    assert account.owner == "user-7"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"BRAIN_SMTP_URL": ""}, "BRAIN_SMTP_URL is missing"),
        ({"BRAIN_IMAP_URL": ""}, "BRAIN_IMAP_URL is missing"),
        ({"BRAIN_IMAP_URL": "https://a:secret@h/"}, "BRAIN_IMAP_URL must look like imaps://"),
        ({"BRAIN_IMAP_URL": "imaps://h/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret@/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret@h:port/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:sec/ret@h/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret@h/?x=y"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret%0A@h/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret%ff@h/"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_IMAP_URL": "imaps://a:secret@h /"}, "BRAIN_IMAP_URL must look like"),
        ({"BRAIN_SMTP_URL": "imaps://a:secret@h/"}, "BRAIN_SMTP_URL must look like smtps://"),
        ({"BRAIN_IMAP_URL": "imaps://secret:x@h/"}, "BRAIN_EMAIL_FROM must be an address"),
        ({"BRAIN_EMAIL_FROM": "secret"}, "BRAIN_EMAIL_FROM must be an address"),
    ],
)
def test_a_malformed_variable_is_named_and_its_value_not_shown(
    changes: dict[str, str], named: str
) -> None:
    env = {**FULL, **changes}
    said = refusal(env)
    assert named in said
    assert "secret" not in said
    assert settings.problems(env, GROUPS)["email"] == said


def test_no_description_of_a_server_shows_its_password() -> None:
    account = email_settings.account({**FULL, "BRAIN_SMTP_URL": "smtps://u:hush@smtp.example"})
    assert "hush" not in repr(account)


@pytest.mark.parametrize(
    ("host", "is_here"), [("localhost", True), ("127.0.0.1", True), ("mail.example", False)]
)
def test_a_server_is_local_only_by_its_name(host: str, is_here: bool) -> None:
    server = MailServer(host=host, port=1, tls=False, user="u", password="p")
    assert server.is_here is is_here

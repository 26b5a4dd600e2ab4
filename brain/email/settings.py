"""The settings of the email account.

They are separate from brain/settings because most functions do not need them. What reads an address
is imported if there is an account: it takes 5 ms.
"""

from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from brain import settings
from brain.codec.text import name_only
from brain.email.model import Address
from brain.errors import SettingMissing
from brain.settings.variables import Env, user_id

PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}


class MailServer(Struct, frozen=True, kw_only=True):
    """An IMAP or SMTP server. With `tls` the connection starts encrypted, otherwise by STARTTLS.

    `sent_folder` is the name of the folder of sent email; empty to find it.
    """

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sent_folder: str = ""

    __repr__ = name_only

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, so that encryption is not needed."""
        return self.host in ("localhost", "127.0.0.1", "::1")


class EmailSettings(Struct, frozen=True, kw_only=True):
    """The email account. `sender` is its address, `owner` is the id of the user who owns it."""

    imap: MailServer
    smtp: MailServer
    sender: Address
    owner: str


def account(env: Env) -> EmailSettings | None:
    """Read the email account; None if none is set. Raises SettingMissing."""
    if not env.get("BRAIN_IMAP_URL") and not env.get("BRAIN_SMTP_URL"):
        return None
    return _read(env)


def has_email(env: Env, user_id: str) -> bool:
    """Whether the user has email: they own the account, or there is no account and emails come by
    webhook. Raises SettingMissing.
    """
    if settings.database(env) is None:
        return False
    found = account(env)
    if found is None:
        return bool(settings.events(env).postmark_passwords)
    return found.owner == user_id


def _read(env: Env) -> EmailSettings:
    from brain.email.outgoing import recipient

    sent_folder = env.get("BRAIN_EMAIL_SENT_FOLDER") or ""
    imap = replace(_server(env, "BRAIN_IMAP_URL", "imaps", "imap"), sent_folder=sent_folder)
    smtp = _server(env, "BRAIN_SMTP_URL", "smtps", "smtp")
    sender = recipient(env.get("BRAIN_EMAIL_FROM") or imap.user)
    if sender is None:
        raise SettingMissing("BRAIN_EMAIL_FROM must be an address, such as me@example.org")
    return EmailSettings(
        imap=imap,
        smtp=smtp,
        sender=sender,
        owner=user_id(env, "BRAIN_EMAIL_USER", settings.OWNER),
    )


def _server(env: Env, name: str, tls: str, plain: str) -> MailServer:
    malformed = SettingMissing(f"{name} must look like {tls}://user:password@host/")
    url = env.get(name)
    if not url:
        raise SettingMissing(f"{name} is missing")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise malformed from None
    if parts.scheme not in (tls, plain) or not parts.hostname or url.split() != [url]:
        raise malformed
    # If a password contains an unencoded slash or question mark, the URL parser takes the rest
    # for these.
    if not parts.username or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise malformed
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == tls,
        user=_text(parts.username, malformed),
        password=_text(parts.password or "", malformed),
    )


def _text(encoded: str, malformed: SettingMissing) -> str:
    """Decode a percent-encoded user or password. Raises `malformed`, also for control characters,
    which would end a command.
    """
    try:
        text = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        raise malformed from None
    if any(character < " " or character == "\x7f" for character in text):
        raise malformed
    return text

"""Runs Dovecot, the IMAP server of most providers, over its own folder on loopback ports.

Any user name can log in with PASSWORD and has its own mailbox. For tests and benchmarks; `make dev`
uses a simpler server (see server.py).
"""

from __future__ import annotations

import asyncio
import getpass
import os
import pwd
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.children import Child, EngineDidNotStart, running
from local.mailbox import maildir
from local.server import HOST, reserve
from local.toolchain import find_mail_server

PASSWORD = "secret"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = {host}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_internal_user = {internal_user}
default_login_user = {login_user}
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
first_valid_uid = 1
mail_max_userip_connections = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dovecot:
    """The running server. `certificate` is self-signed."""

    folder: Path
    port: int
    tls_port: int
    certificate: Path
    pid: int

    def url(self, user: str) -> str:
        """Return the URL for BRAIN_IMAP_URL."""
        return f"imap://{quote(user, safe='')}:{PASSWORD}@{HOST}:{self.port}/"

    def inbox(self, user: str) -> Path:
        """Return the folder of the user's inbox."""
        return self.folder / "mail" / user

    def sent(self, user: str) -> Path:
        """Return the folder of the user's sent emails."""
        return self.inbox(user) / ".Sent"

    def deliver(self, folder: Path, raws: Iterable[tuple[bytes, datetime, bool]]) -> None:
        """Put emails, with their times and whether they were read, into a folder without using
        IMAP.
        """
        for raw, at, seen in raws:
            maildir.add(folder, raw, at=at, seen=seen)
        _give_to_mail_user(self.folder / "mail")


@asynccontextmanager
async def dovecot(folder: Path) -> AsyncIterator[Dovecot]:
    """Run Dovecot over a folder with a short path that every user may enter. Raises
    EngineDidNotStart.
    """
    program = find_mail_server()
    if program is None:
        raise EngineDidNotStart("Dovecot is not installed")
    for name in ("run", "state", "mail"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _give_to_mail_user(folder / "mail")
    certificate = _make_certificate(folder)
    port, tls_port = _free_ports(2)
    (folder / "dovecot.conf").write_text(_config(folder, port, tls_port))
    child = Child(
        name="Dovecot",
        command=[program, "-F", "-c", str(folder / "dovecot.conf")],
        log_file=folder / "log",
        is_up=lambda: _is_up(port),
        end_signal=signal.SIGTERM,
    )
    async with running(child) as pid:
        yield Dovecot(folder=folder, port=port, tls_port=tls_port, certificate=certificate, pid=pid)


def _config(folder: Path, port: int, tls_port: int) -> str:
    me = getpass.getuser()
    is_root = os.geteuid() == 0
    return CONFIG.format(
        folder=folder,
        host=HOST,
        port=port,
        tls_port=tls_port,
        password=PASSWORD,
        internal_user="dovecot" if is_root else me,
        login_user="dovenull" if is_root else me,
        mail_user=_mail_user().pw_uid,
        mail_group=_mail_user().pw_gid,
    )


def _mail_user() -> pwd.struct_passwd:
    """Return the user who reads the mail: Dovecot does not allow root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _give_to_mail_user(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    user = _mail_user()
    for place, _, files in os.walk(folder):
        os.chown(place, user.pw_uid, user.pw_gid)
        for file in files:
            os.chown(os.path.join(place, file), user.pw_uid, user.pw_gid)


def _free_ports(count: int) -> list[int]:
    places = [reserve() for _ in range(count)]
    try:
        return [place.getsockname()[1] for place in places]
    finally:
        for place in places:
            place.close()


async def _is_up(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    greeting = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return greeting.startswith(b"* OK")


def _make_certificate(folder: Path) -> Path:
    """Create a self-signed certificate for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "certificate.pem"
    place.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return place

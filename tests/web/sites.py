"""The web on one machine: sites with names, on the loopback, in clear and under TLS.

Names resolve as the test says, to IPs of the loopback; each IP that is served keeps what it was
asked.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from brain.errors import PageUnreadable
from brain.web.fetch import HttpWeb

PUBLIC = "127.0.0.1"  # what the tests let be connected to
INNER = "127.0.0.2"  # served as well, and not to be reached
NOBODY = "127.0.0.3"  # nothing listens there

type Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


def page(
    body: str | bytes,
    content_type: str = "text/html; charset=utf-8",
    *,
    more: str = "",
    status: int = 200,
) -> bytes:
    """A complete response."""
    data = body.encode() if isinstance(body, str) else body
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"HTTP/1.1 {status} so\r\n{kind}Content-Length: {len(data)}\r\n{more}\r\n"
    return head.encode() + data


def redirect(location: str, *, status: int = 302, more: str = "") -> bytes:
    return page("", more=f"Location: {location}\r\n{more}", status=status)


@dataclass
class Sites:
    """`answers` by host and path; `names` are the IPs of a host, one list for each time it is
    looked up, the last one for ever. `asked` are the heads of all requests, by IP.
    """

    answers: dict[str, bytes | Act] = field(default_factory=dict)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=lambda: {PUBLIC: [], INNER: []})
    looked_up: list[str] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def resolve(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        """Resolve as the adapter does, to the port that represents the requested one."""
        self.looked_up.append(host)
        known = self.names.get(host)
        if known is None:
            raise socket.gaierror("no such name")
        ips = known.pop(0) if len(known) > 1 else known[0]
        return [(ip, self.ports[port]) for ip in ips]

    @property
    def targets(self) -> list[str]:
        """The requests to the public IP, in order: host and path."""
        return [_target(head) for head in self.asked[PUBLIC]]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close the connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked[writer.get_extra_info("sockname")[0]].append(head)
            answer = self.answers.get(_target(head), page("No such page.", status=404))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has left
        finally:
            writer.close()


def _target(head: str) -> str:
    path = head.split(" ")[1]
    host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
    return host + path


@asynccontextmanager
async def serving(sites: Sites, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    """Serve the sites over http, and over https if there is a certificate."""

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sites.talks.add(asyncio.create_task(sites.talk(reader, writer)))

    async with AsyncExitStack() as stack:
        for port, context in ((80, None), *(((443, tls),) if tls else ())):
            first = await asyncio.start_server(connected, PUBLIC, 0, ssl=context)
            sites.ports[port] = first.sockets[0].getsockname()[1]
            inner = await asyncio.start_server(connected, INNER, sites.ports[port], ssl=context)
            for server in (first, inner):
                stack.callback(server.close)
        yield
        for talk in sites.talks:
            talk.cancel()
        await asyncio.gather(*sites.talks, return_exceptions=True)


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a site of this name, signed by itself: the server's side, and a client's that trusts it
    and nothing else.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "site.pem"
    file.write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


def is_public(ip: str) -> bool:
    return ip in (PUBLIC, NOBODY)


async def refused(web: HttpWeb, url: str) -> str:
    """The reason why the address cannot be read."""
    with pytest.raises(PageUnreadable) as error:
        await web.read(url)
    return str(error.value)

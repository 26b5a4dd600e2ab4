"""An IMAP server that misbehaves as real ones have been reported to do. Written from RFC 3501, 2971
and 6154: what it is not told to do wrongly it does right.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import Struct, field

from brain.email.settings import MailServer

WHOLE = re.compile(rb"BODY\.PEEK\[([\d.]*|HEADER)\](?:<0\.(\d+)>)?", re.IGNORECASE)


class OddEmail(Struct, kw_only=True):
    """`structure` is what BODYSTRUCTURE tells, `sections` what its sections contain."""

    uid: int
    raw: bytes
    internaldate: bytes = b'"20-Nov-2026 10:00:00 +0000"'
    structure: bytes = b"NIL"
    sections: dict[bytes, bytes] = field(default_factory=dict)
    flags: bytes = b""


class OddServer(Struct, kw_only=True):
    """`marked` is the list for a client that asks for special uses. `after_login` are the
    capabilities after the login. `after` is sent after each answer to FETCH.
    """

    emails: list[OddEmail] = field(default_factory=list)
    folders: tuple[bytes, ...] = (
        b'(\\HasNoChildren) "/" INBOX',
        b'(\\HasNoChildren \\Sent) "/" Sent',
    )
    marked: tuple[bytes, ...] = ()
    capabilities: bytes = b"IMAP4rev1 AUTH=PLAIN"
    after_login: bytes = b""
    wants_id: bool = False
    tells_status: bool = True
    tells_next_uid: bool = True
    after: bytes = b""
    appended: list[bytes] = field(default_factory=list)
    created: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self, *, sent_folder: str = "") -> AsyncIterator[MailServer]:
        """Serve on this machine until the block ends."""
        talks: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.create_task(self._talk(reader, writer)))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield MailServer(
                host="127.0.0.1", port=port, tls=False, user="me", password="x",
                sent_folder=sent_folder,
            )  # fmt: skip
        finally:
            server.close()
            await asyncio.gather(*talks)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knows_client, has_login = not self.wants_id, False
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                tag, _, rest = line.strip().partition(b" ")
                self.heard.append(rest)
                verb = rest.split(b" ")[0].upper()
                if verb == b"AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    await reader.readline()
                    has_login = True
                if verb == b"APPEND":
                    writer.write(b"+ go on\r\n")
                    size = int(re.search(rb"\{(\d+)\}$", rest)[1])  # type: ignore[index]
                    await reader.readexactly(size + 2)
                    self.appended.append(_name(rest))
                knows_client |= verb == b"ID"
                writer.write(self._said(verb, rest, has_login=has_login))
                refused = verb == b"EXAMINE" and not knows_client
                end = b" NO EXAMINE Unsafe Login. Ask help@provider.example\r\n"
                writer.write(tag + (end if refused else b" OK done\r\n"))
                if verb == b"LOGOUT":
                    break
        writer.close()

    def _said(self, verb: bytes, rest: bytes, *, has_login: bool) -> bytes:
        """Return the answers to a command, without its last line."""
        next_uid = max((email.uid for email in self.emails), default=0) + 1
        told = b"UIDVALIDITY 7 UIDNEXT %d MESSAGES %d" % (next_uid, len(self.emails))
        match verb:
            case b"CAPABILITY":
                now = self.after_login if has_login and self.after_login else self.capabilities
                return b"* CAPABILITY " + now + b"\r\n"
            case b"LIST" | b"XLIST":
                is_asked = b"SPECIAL-USE" in rest or verb == b"XLIST"
                lines = self.marked if is_asked and self.marked else self.folders
                return b"".join(b"* " + verb + b" " + line + b"\r\n" for line in lines)
            case b"STATUS" if _name(rest) != b"INBOX":
                return b'* STATUS "x" (UIDVALIDITY 1 UIDNEXT 1 MESSAGES 0)\r\n'
            case b"STATUS":
                return b'* STATUS "INBOX" (%s)\r\n' % (told if self.tells_status else b"")
            case b"EXAMINE":
                count = len(self.emails) if _name(rest) == b"INBOX" else 0
                more = b"* OK [UIDNEXT %d] next\r\n" % next_uid if self.tells_next_uid else b""
                return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n%s" % (count, more)
            case b"UID" if b"SEARCH" in rest.upper():
                found = self._chosen(rest.split()[-1]) if b"HEADER" not in rest.upper() else []
                uids = b"".join(b" %d" % email.uid for _, email in found)
                return b"* SEARCH" + uids + b"\r\n"
            case b"UID":
                _, _, uids, items = rest.split(b" ", 3)
                answers = [_fetched(number, email, items) for number, email in self._chosen(uids)]
                return b"".join(answers) + self.after
            case b"CREATE":
                self.created.append(_name(rest))
                return b""
            case b"LOGOUT":
                return b"* BYE\r\n"
            case _:
                return b""

    def _chosen(self, numbers: bytes) -> list[tuple[int, OddEmail]]:
        """Return sequence number and email of each UID in `1:4,7`."""
        top = max((email.uid for email in self.emails), default=0)
        spans = []
        for one in numbers.split(b","):
            first, _, last = one.partition(b":")
            pair = [top if end == b"*" else int(end) for end in (first, last or first)]
            spans.append((min(pair), max(pair)))
        placed = enumerate(self.emails, 1)
        return [(n, e) for n, e in placed if any(a <= e.uid <= b for a, b in spans)]


def _name(command: bytes) -> bytes:
    found = re.match(rb'\S+ (?:"((?:[^"\\]|\\.)*)"|(\S+))', command)
    assert found is not None
    return found[1] if found[1] is not None else found[2]


def _fetched(number: int, email: OddEmail, items: bytes) -> bytes:
    told = [b"UID %d" % email.uid]
    upper = items.upper()
    if b"FLAGS" in upper:
        told.append(b"FLAGS (%s)" % email.flags)
    if b"INTERNALDATE" in upper:
        told.append(b"INTERNALDATE " + email.internaldate)
    if b"RFC822.SIZE" in upper:
        told.append(b"RFC822.SIZE %d" % len(email.raw))
    if b"BODYSTRUCTURE" in upper:
        told.append(b"BODYSTRUCTURE " + email.structure)
    for section, most in WHOLE.findall(items):
        told.append(_section(email, section.upper(), most))
    return b"* %d FETCH (%s)\r\n" % (number, b" ".join(told))


def _section(email: OddEmail, section: bytes, most: bytes) -> bytes:
    head = email.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    data = {b"": email.raw, b"HEADER": head, **email.sections}.get(section, b"")
    data = data[: int(most)] if most else data
    origin = b"<0>" if most else b""
    return b"BODY[%s]%s {%d}\r\n%s" % (section, origin, len(data), data)

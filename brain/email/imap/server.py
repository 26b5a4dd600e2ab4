"""Connections to the IMAP server with IMAPClient, each in its own thread.

The library blocks, so every call runs in the connection's thread with a time limit. A call that
exceeds it is aborted by closing its connection. Each connection is closed after use, because a
frozen function must not keep one open.
"""

import asyncio
import imaplib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from brain.email.imap.commands import Commands, answer_of
from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable

STEP_S = 10.0  # seconds for a few commands; a slow server takes one second for each
PARTING_S = 1.0  # seconds for LOGOUT

log = logging.getLogger(__name__)


class ImapServer:
    """Opens connections to the account. Turns every server error into MailboxUnreachable."""

    def __init__(
        self,
        server: MailServer,
        *,
        step_s: float = STEP_S,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`ssl_context` is for a server whose certificate the system does not trust."""
        self._server = server
        self._step_s = step_s
        self._ssl_context = ssl_context

    @asynccontextmanager
    async def session(self) -> AsyncIterator["ImapSession"]:
        """Open a connection and log in; close it at the end of the block."""
        session = ImapSession(step_s=self._step_s)
        try:
            await session.begin(self._server, self._ssl_context)
            yield session
        finally:
            await session.end()


class ImapSession:
    """One connection and its thread."""

    def __init__(self, *, step_s: float) -> None:
        self._step_s = step_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap")
        self._commands: Commands | None = None
        self._is_over = False

    async def begin(self, server: MailServer, ssl_context: ssl.SSLContext | None) -> None:
        """Connect and log in."""

        def connect() -> None:
            self._commands = Commands(server, ssl_context, timeout_s=self._step_s)
            if self._is_over:  # the caller has given up and will not close it
                self._commands.close()
            else:
                self._commands.login()

        await self._within(self._step_s, connect)

    async def do[T](self, work: Callable[[Commands], T], *, limit_s: float | None = None) -> T:
        """Run the commands in the thread, within `limit_s` seconds (by default one step)."""
        commands = self._commands
        if commands is None or self._is_over:
            raise MailboxUnreachable("the connection to the mailbox is closed")
        return await self._within(limit_s or self._step_s, lambda: work(commands))

    async def end(self) -> None:
        """Send LOGOUT if possible, and close."""
        try:
            if not self._is_over and self._commands is not None:
                await self._within(PARTING_S, self._commands.logout)
        except MailboxUnreachable:
            pass
        finally:
            self._break()
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _within[T](self, limit_s: float, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(limit_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except TimeoutError:
            self._break()
            raise MailboxUnreachable(f"no answer from the mailbox in {limit_s:g} s") from None
        except MailboxUnreachable:
            self._break()
            raise
        except asyncio.CancelledError:
            # The thread is still running; only closing its connection stops it.
            self._break()
            raise
        except _faults() as error:
            self._break()
            raise MailboxUnreachable(_reason(error)) from None

    def _break(self) -> None:
        self._is_over = True
        if self._commands is not None:
            self._commands.close()


def _faults() -> tuple[type[Exception], ...]:
    """Return the errors that the library raises: its own, the socket's, and its parsers'."""
    from imapclient.exceptions import IMAPClientError

    errors: tuple[type[Exception], ...] = (IMAPClientError, OSError, ValueError, LookupError)
    return (*errors, TypeError, AttributeError, ArithmeticError)


def _reason(error: Exception) -> str:
    """Return what failed. The server's own text goes only to the log, and only if it refused."""
    if isinstance(error, imaplib.IMAP4.abort):
        return "the mailbox server ended the connection"
    if isinstance(error, OSError):
        return f"{_outage(error)} ({type(error).__name__})"
    if isinstance(error, imaplib.IMAP4.error):
        log.warning("imap: refused, answer=%s", answer_of(error))
        return "the mailbox server refused a request"
    # Without the error's text: it can quote an email.
    log.warning("imap: unreadable answer, error=%s", type(error).__name__)
    return "the mailbox server gave an answer that cannot be read"


def _outage(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the certificate of the mailbox server is not valid"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection to the mailbox server is possible"
    if isinstance(error, socket.gaierror):
        return "the name of the mailbox server is not known"
    return "the mailbox server cannot be reached"

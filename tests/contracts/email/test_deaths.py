"""kill -9 at any moment: a sync loses nothing, and an email is not sent twice."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest
from msgspec.structs import asdict

from brain.email.model import Address
from brain.email.postgres import PostgresEmails
from brain.email.settings import MailServer
from brain.email.smtp import SmtpPost
from brain.email.tools import email_tools
from brain.tools.invocations import Tool
from local.mailbox.dovecot import Dovecot
from local.mailbox.letters import letters
from local.mailbox.seeds import ADDRESS
from local.mailbox.server import LocalMailbox
from tests.contracts.email.conftest import in_a_thread
from tests.contracts.email.invocations import LETTER, invocation
from tests.contracts.email.stage import Account, letter
from tests.fakes.tool_stage import outcome_of

ROOT = Path(__file__).resolve().parents[3]
EMAILS = 250


@contextmanager
def dying(work: str, told: dict[str, Any]) -> Iterator[IO[str]]:
    """A running process and its output; killed at the end of the block."""
    command = [sys.executable, "-m", "tests.contracts.email.dying", work, json.dumps(told)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            os.kill(process.pid, signal.SIGKILL)


def until(lines: IO[str], wanted: str, count: int = 1) -> bool:
    """Read until `count` lines have this beginning; False if the process ended first."""
    return any(
        number == count
        for number, _ in enumerate((line for line in lines if line.startswith(wanted)), 1)
    )


@pytest.mark.parametrize("attempt", range(2))
async def test_a_sync_that_is_killed_at_any_batch_is_continued(
    on_dovecot: Account, dovecot_server: Dovecot, url: str, attempt: int
) -> None:
    seed = random.randrange(10**6)
    print(f"attempt {attempt}, seed {seed}")
    chance = random.Random(seed)
    account = on_dovecot
    generated = list(letters(EMAILS, seed=seed))
    account.server.deliver(account.inbox, [(one.raw, one.at, one.seen) for one in generated])
    told = {
        "database": url,
        "user_id": account.user_id,
        "imap": asdict(account.at),
        "certificate": str(dovecot_server.certificate),
    }
    counts = []
    for _ in range(3):
        with dying("sync", told) as lines:
            until(lines, "sync: batch", chance.randint(1, 2))
            await asyncio.sleep(chance.random() / 20)  # somewhere within the next one
        counts.append(len(await account.mirrored()))
    assert counts == sorted(counts)
    assert counts[0] > 0
    assert await account.new() == []
    mirrored = await account.mirrored()
    assert len({email.id for email in mirrored}) == len(mirrored) == EMAILS
    account.arrive(letter("Fresh"))
    assert await account.new() == ["Fresh"]


async def test_email_mirrored_by_a_killed_sync_is_reported_later(
    on_dovecot: Account, dovecot_server: Dovecot, url: str
) -> None:
    account = on_dovecot
    await account.new()
    account.arrive(letter("News"))
    told = {
        "database": url,
        "user_id": account.user_id,
        "imap": asdict(account.at),
        "certificate": str(dovecot_server.certificate),
    }
    with dying("sync", told) as lines:
        assert until(lines, "sync: batch")
    # What the dead one had claimed, if it came so far, comes back when its claim has run out.
    await _let_claims_run_out(account)
    assert await account.new() == ["News"]


async def _let_claims_run_out(account: Account) -> None:
    async def work(connection: Any) -> None:
        await connection.execute(
            "update brain.emails set claimed_at = claimed_at - interval '1 hour'"
            " where user_id = %s",
            [account.user_id],
        )

    await account.database.run(work)


async def test_an_unmarked_report_is_repeated_after_its_claim_expires(on_dovecot: Account) -> None:
    account = on_dovecot
    await account.new()
    account.arrive(letter("News"))
    first = await account.mailbox.sync(account.user_id, limit_s=30)
    assert (await account.mailbox.sync(account.user_id, limit_s=30)).new == ()
    await _let_claims_run_out(account)
    again = await account.mailbox.sync(account.user_id, limit_s=30)
    assert [email.subject for email in again.new] == [email.subject for email in first.new]
    await account.emails.mark_told(account.user_id, [email.id for email in again.new])
    await _let_claims_run_out(account)
    assert (await account.mailbox.sync(account.user_id, limit_s=30)).new == ()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalMailbox]:
    with in_a_thread(tmp_path / "outgoing") as mailbox:
        yield mailbox


def smtp_of(local: LocalMailbox) -> MailServer:
    return MailServer(
        host="localhost", port=local.smtp_port, tls=False, user=ADDRESS, password=local.password
    )


def send_tool(account: Account, local: LocalMailbox) -> Tool:
    post = SmtpPost(smtp_of(local), Address(address=ADDRESS), utc=lambda: datetime.now(UTC))
    tools = email_tools(
        PostgresEmails(account.database), account.mailbox, post, owner=account.user_id
    )
    return {tool.spec.name: tool for tool in tools}["sendEmail"]


async def test_an_email_is_sent_once_and_found_among_the_sent(
    account: Account, local: LocalMailbox
) -> None:
    tool, asked = send_tool(account, local), invocation(account.user_id)
    first = await tool.run(asked)
    assert await tool.run(asked) == first
    [sent] = local.sent()
    assert (sent.recipients, sent.subject) == (("anna@example.org",), LETTER["subject"])
    assert sent.text.strip() == LETTER["body"]
    assert await outcome_of(tool, asked) == '{"sent":true}'
    await account.new()
    assert (await account.read("Once")).message_id == sent.message_id


@pytest.mark.parametrize("server_keeps_copy", [True, False])
async def test_a_crash_between_acceptance_and_copy_sends_once(
    on_dovecot: Account,
    dovecot_server: Dovecot,
    local: LocalMailbox,
    url: str,
    server_keeps_copy: bool,
) -> None:
    told = {
        "database": url,
        "user_id": on_dovecot.user_id,
        "imap": asdict(on_dovecot.at),
        "smtp": asdict(smtp_of(local)),
        "certificate": str(dovecot_server.certificate),
    }
    with dying("send", told) as lines:
        assert until(lines, "sent")
    [sent] = local.sent()
    tool, asked = send_tool(on_dovecot, local), invocation(on_dovecot.user_id)
    if server_keeps_copy:
        on_dovecot.arrive(sent.raw, folder="sent", seen=True)
        assert await outcome_of(tool, asked) == '{"sent":true}'
        await tool.run(asked)
    else:
        assert await tool.outcome(asked) is None  # the flow says that it is unsure
    assert len(local.sent()) == 1

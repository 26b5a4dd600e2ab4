"""Whether the email account lets us in, for /api/health?deep=1."""

from brain.cloud.checks import REDEPLOY, Faulty, Fine
from brain.email.imap.server import ImapServer
from brain.email.settings import account
from brain.email.smtp import SmtpPost
from brain.errors import MailboxUnreachable
from brain.run.ports import Clock
from brain.settings.variables import Env

STEP_S = 3.0  # seconds for each step: less than a check may take


async def check_account(env: Env, clock: Clock) -> Fine:
    """Log in to both servers. Raises Faulty, SettingMissing."""
    at = account(env)
    if at is None:
        return Fine(off="BRAIN_IMAP_URL is not set.")
    try:
        async with ImapServer(at.imap, step_s=STEP_S).session():
            pass
    except MailboxUnreachable:
        raise _faulty("The IMAP server", "BRAIN_IMAP_URL") from None
    post = SmtpPost(at.smtp, at.sender, utc=clock.utc, step_s=STEP_S)
    if not await post.lets_in():
        raise _faulty("The SMTP server", "BRAIN_SMTP_URL")
    return Fine()


def _faulty(server: str, name: str) -> Faulty:
    fix = f"Check the address, the user and the password in {name}, {REDEPLOY}"
    return Faulty(f"{server} cannot be reached or does not let us in.", name, fix=fix)

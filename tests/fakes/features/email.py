"""Email as it comes in."""

from brain.email.flow import EmailServices, check_mailbox, take_email
from brain.email.model import EmailBrought, MailboxChanged
from brain.events.ports import Takers
from brain.feature import Feature
from tests.fakes.house import Ports


def email_services(ports: Ports) -> EmailServices:
    """What is needed to take emails in."""
    return EmailServices(
        account=ports.account,
        emails=ports.emails,
        announcer=ports.announcer,
        queue=ports.queue,
        clock=ports.clock,
    )


def feature(ports: Ports) -> Feature:
    """What becomes of an email."""

    def takers() -> Takers:
        async def brought(user_id: str, word: EmailBrought) -> None:
            await take_email(email_services(ports), user_id, word.email)

        async def changed(user_id: str, _: MailboxChanged) -> None:
            await check_mailbox(email_services(ports), user_id)

        return {EmailBrought: brought, MailboxChanged: changed}

    return Feature(takers=takers)

"""Which results of the sending tools count as text by others."""

import pytest

from brain.email.model import Refused
from brain.errors import ToolFault
from tests.email.test_tools import LETTER, Desk, invocation
from tests.fakes.email import an_email

REPLY = {"id": "email1", "body": "Yes"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_reply_quotes_the_email_and_a_letter_only_its_own_words(desk: Desk) -> None:
    desk.keep(an_email())
    letter = await desk.tool("sendEmail").run(invocation("sendEmail", LETTER))
    reply = await desk.tool("replyToEmail").run(invocation("replyToEmail", REPLY))
    assert (letter.foreign, reply.foreign) == (False, True)


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_refusal_is_foreign_if_it_quotes_the_mail_server(desk: Desk, foreign: bool) -> None:
    desk.post.outcome = lambda _: Refused(reason="550 read evil.example", foreign=foreign)
    with pytest.raises(ToolFault) as refused:
        await desk.tool("sendEmail").run(invocation("sendEmail", LETTER))
    assert refused.value.foreign is foreign

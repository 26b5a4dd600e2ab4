"""The results of the email tools, and the emails they send."""

import json
from datetime import timedelta
from email import message_from_bytes

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.email.model import Accepted, Address, Attachment, Email, Folder, Refused, Unsure
from brain.email.sending import NO_ACCOUNT
from brain.email.tools import SLICE_CHARS, email_tools
from brain.errors import DatabaseUnreachable, ToolFault
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.schema import complaint
from brain.tools.spec import Effect, ToolCall
from tests.fakes.email import NOW, FakeEmails, FakeMailbox, FakePost, an_email
from tests.fakes.tool_stage import outcome_of, proposed

ME = "owner"
BEN = Address(name="Ben", address="ben@example.org")


class Desk:
    """The tools and their services."""

    def __init__(self) -> None:
        self.emails = FakeEmails()
        self.mailbox = FakeMailbox(self.emails)
        self.post = FakePost()
        self.keep(an_email("rent", sender=BEN, subject="", text="", at=NOW.replace(month=1)))

    def tool(self, name: str) -> Tool:
        tools = email_tools(self.emails, self.mailbox, self.post, owner=ME)
        return {tool.spec.name: tool for tool in tools}[name]

    def keep(self, *emails: Email, user_id: str = ME) -> None:
        self.emails.kept |= {(user_id, email.id): email for email in emails}

    async def use(self, name: str, arguments: Json, *, key: str = "run:1:call") -> Json:
        """The tool's result for arguments that its schema allows."""
        tool = self.tool(name)
        assert complaint(tool.spec.parameters, arguments) == ""
        given = await tool.run(invocation(name, arguments, key=key))
        read: Json = json.loads(given.text)
        return read


@pytest.fixture
def desk() -> Desk:
    return Desk()


def invocation(
    name: str, arguments: Json, *, key: str = "run:1:call", user_id: str = ME
) -> ToolInvocation:
    call = ToolCall(id="call", name=name, arguments=json.dumps(arguments))
    return ToolInvocation(user_id=user_id, call=call, arguments=arguments, idempotency_key=key)


LETTER: Json = {
    "to": ["Ben <ben@example.org>"],
    "subject": "The boat",
    "body": "Go ahead.\n\nRobin",
    "cc": ["kate@example.org"],
}


async def test_a_search_gives_what_one_needs_to_choose(desk: Desk) -> None:
    desk.keep(an_email())
    assert await desk.use("searchEmail", {"query": "dinner"}) == {
        "emails": [
            {
                "id": "email1",
                "folder": "inbox",
                "from": "Anna <anna@example.org>",
                "subject": "Dinner",
                "at": "2026-11-20T12:00+00:00",
                "unread": True,
                "snippet": "Dinner at seven?",
            }
        ]
    }


async def test_filters_go_with_a_query_or_without_one(desk: Desk) -> None:
    desk.keep(
        an_email("old", at=NOW - timedelta(days=30)),
        an_email("read", unread=False),
        an_email("ben", sender=BEN),
    )
    found = await desk.use(
        "searchEmail",
        {"from": "anna", "since": "2026-11-01", "before": "2026-11-21T00:00:00Z", "unread": False},
    )
    assert [email["id"] for email in found["emails"]] == ["read"]


async def test_an_invalid_date_is_explained(desk: Desk) -> None:
    with pytest.raises(ToolFault, match="since must be a date"):
        await desk.use("searchEmail", {"since": "last Monday"})


async def test_an_email_is_read_with_its_attachments_named(desk: Desk) -> None:
    attachment = Attachment(name="plan.pdf", content_type="application/pdf", size=20_000)
    desk.keep(an_email(cc=(Address(address="c@example.org"),), attachments=(attachment,)))
    assert await desk.use("readEmail", {"id": "email1"}) == {
        "id": "email1",
        "folder": "inbox",
        "from": "Anna <anna@example.org>",
        "to": ["me@brain.example"],
        "cc": ["c@example.org"],
        "subject": "Dinner",
        "at": "2026-11-20T12:00+00:00",
        "attachments": [{"name": "plan.pdf", "type": "application/pdf", "bytes": 20_000}],
        "body": "Dinner at seven?",
        "charactersLeft": 0,
    }


async def test_a_long_email_comes_in_slices(desk: Desk) -> None:
    text = "x" * SLICE_CHARS + "the end"
    desk.keep(an_email(text=text))
    first = await desk.use("readEmail", {"id": "email1"})
    assert (first["charactersLeft"], first["nextOffset"]) == (7, SLICE_CHARS)
    rest = await desk.use("readEmail", {"id": "email1", "offset": SLICE_CHARS})
    assert (rest["body"], rest["charactersLeft"]) == ("the end", 0)


async def test_an_unknown_email_is_explained(desk: Desk) -> None:
    for name, arguments in (
        ("readEmail", {"id": "no"}),
        ("replyToEmail", {"id": "no", "body": "x"}),
    ):
        with pytest.raises(ToolFault, match="no email with this id"):
            await desk.use(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("searchEmail", {"query": "dinner"}),
        ("readEmail", {"id": "email1"}),
        ("sendEmail", LETTER),
        ("replyToEmail", {"id": "email1", "body": "Yes"}),
    ],
)
async def test_anybody_but_the_owner_has_no_account(desk: Desk, name: str, arguments: Json) -> None:
    desk.keep(an_email(), user_id="somebody")
    with pytest.raises(ToolFault) as refused:
        await desk.tool(name).run(invocation(name, arguments, user_id="somebody"))
    assert str(refused.value) == NO_ACCOUNT
    assert desk.post.sent == []


async def test_what_is_sent_is_what_was_asked_and_a_copy_is_kept(desk: Desk) -> None:
    given = await desk.use("sendEmail", LETTER)
    assert given == {
        "sent": {
            "to": ["ben@example.org (Ben)"],
            "subject": "The boat",
            "cc": ["kate@example.org"],
        }
    }
    [sent] = desk.post.sent
    assert (sent.subject, sent.text) == ("The boat", "Go ahead.\n\nRobin")
    assert list(desk.mailbox.sent) == [sent.message_id]


async def test_the_same_invocation_again_sends_nothing(desk: Desk) -> None:
    first = await desk.use("sendEmail", LETTER)
    assert await desk.use("sendEmail", LETTER) == first
    assert len(desk.post.sent) == 1
    await desk.use("sendEmail", LETTER, key="run:1:another")
    assert len(desk.post.sent) == 2


async def test_a_reply_goes_to_the_wanted_address_in_its_thread(desk: Desk) -> None:
    desk.keep(
        an_email(
            subject="RE: AW: Dinner",
            references=("<first@example.org>",),
            reply_to=(Address(address="table@example.org"),),
        )
    )
    await desk.use("replyToEmail", {"id": "email1", "body": "At eight?"})
    [sent] = desk.post.sent
    assert [person.address for person in sent.to] == ["table@example.org"]
    assert sent.subject == "Re: Dinner"
    assert sent.in_reply_to == "<email1@example.org>"
    assert sent.references == ("<first@example.org>", "<email1@example.org>")


async def test_a_reply_to_all_reaches_everybody_once_except_the_user(desk: Desk) -> None:
    desk.keep(
        an_email(
            to=(Address(address="me@brain.example"), Address(address="ben@example.org")),
            cc=(Address(address="ANNA@example.org"), Address(address="kate@example.org")),
        )
    )
    await desk.use("replyToEmail", {"id": "email1", "body": "Yes", "all": True})
    [sent] = desk.post.sent
    assert [person.address for person in sent.to] == ["anna@example.org"]
    assert [person.address for person in sent.cc] == ["ben@example.org", "kate@example.org"]


async def test_a_reply_to_ones_own_email_goes_to_its_recipients(desk: Desk) -> None:
    desk.keep(
        an_email(
            folder=Folder.SENT,
            sender=Address(address="me@brain.example"),
            to=(Address(address="ben@example.org"),),
        )
    )
    await desk.use("replyToEmail", {"id": "email1", "body": "One more thing"})
    assert [person.address for person in desk.post.sent[0].to] == ["ben@example.org"]


async def test_the_question_reads_back_all_that_goes_out_and_who_gets_it(desk: Desk) -> None:
    proposal = await proposed(desk.tool("sendEmail"), invocation("sendEmail", LETTER))
    assert proposal.question == (
        "Shall I send this email to 2 people?\nTo: ben@example.org (Ben)\n"
        "Copy to: kate@example.org\nSubject: The boat\n\nGo ahead.\n\nRobin"
    )
    assert (proposal.recipients, proposal.foreign) == (
        ("ben@example.org", "kate@example.org"),
        False,
    )
    assert desk.post.sent == []


async def test_the_question_of_a_reply_names_the_wanted_address(
    desk: Desk,
) -> None:
    desk.keep(an_email(reply_to=(Address(address="Evil@example.net"),)))
    proposal = await proposed(
        desk.tool("replyToEmail"), invocation("replyToEmail", {"id": "email1", "body": "Yes"})
    )
    assert (proposal.recipients, proposal.foreign) == (("evil@example.net",), True)
    assert "To: Evil@example.net" in proposal.question


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ["nobody"]},
        {"to": ["ben@example.org\nBcc: eve@example.net"]},
        {"to": ["ben@example.org, eve@example.net"]},
        {"to": ["Ben <ben@example.org>\r\nX: y"]},
        {"cc": ["eve@example.net\r\n"]},
        {"to": ["ben@example.org\u200b"]},
        {"to": ["\u202eBen <ben@example.org>"]},
        {"to": ['"Anna <anna@example.org>" <eve@example.net>']},
        {"body": "  \n "},
    ],
)
async def test_what_cannot_be_sent_as_it_stands_is_refused_with_a_reason(
    desk: Desk, changes: Json
) -> None:
    arguments = {**LETTER, **changes}
    with pytest.raises(ToolFault, match="Not sent: "):
        await desk.tool("sendEmail").run(invocation("sendEmail", arguments))
    with pytest.raises(ToolFault, match="Not sent: "):
        await desk.tool("sendEmail").prepare(invocation("sendEmail", arguments))
    assert desk.post.sent == []


async def test_a_refusal_by_the_server_is_reported(desk: Desk) -> None:
    desk.post.outcome = lambda _: Refused(reason="no such user; nothing was sent")
    with pytest.raises(ToolFault, match="Not sent: no such user"):
        await desk.use("sendEmail", LETTER)
    assert desk.mailbox.sent == {}


async def test_a_lost_answer_is_unsure_unless_the_server_stored_a_copy(desk: Desk) -> None:
    desk.post.outcome = lambda raw: Unsure(raw=raw)
    with pytest.raises(ToolFault, match="not certain"):
        await desk.use("sendEmail", LETTER)
    [sent] = desk.post.sent
    desk.mailbox.sent[sent.message_id] = b"kept by the server"
    assert (await desk.use("sendEmail", LETTER))["sent"]["subject"] == "The boat"
    assert len(desk.post.sent) == 1


async def test_a_lost_answer_counts_if_the_server_stored_a_copy(desk: Desk) -> None:
    def keep_and_break(raw: bytes) -> Unsure:
        desk.mailbox.sent[str(message_from_bytes(raw)["Message-ID"])] = raw
        return Unsure(raw=raw)

    desk.post.outcome = keep_and_break
    assert (await desk.use("sendEmail", LETTER))["sent"]["subject"] == "The boat"


async def test_nothing_is_sent_while_the_copies_cannot_be_searched(desk: Desk) -> None:
    desk.mailbox.is_away = True
    with pytest.raises(ToolFault, match="nothing was sent"):
        await desk.use("sendEmail", LETTER)
    assert desk.post.sent == []


async def test_an_email_stays_sent_if_no_copy_can_be_stored(desk: Desk) -> None:
    def accept_and_go_away(raw: bytes) -> Accepted:
        desk.mailbox.is_away = True
        return Accepted(raw=raw)

    desk.post.outcome = accept_and_go_away
    assert (await desk.use("sendEmail", LETTER))["sent"]["to"] == ["ben@example.org (Ben)"]


async def test_after_a_crash_only_a_copy_proves_the_sending(desk: Desk) -> None:
    tool, asked = desk.tool("sendEmail"), invocation("sendEmail", LETTER)
    assert await tool.outcome(asked) is None
    await tool.run(asked)
    assert await outcome_of(tool, asked) == '{"sent":true}'
    desk.mailbox.is_away = True
    assert await tool.outcome(asked) is None


async def test_an_unreachable_database_is_reported(desk: Desk) -> None:
    class Away(FakeEmails):
        async def read(self, user_id: str, email_id: str) -> Email | None:
            raise DatabaseUnreachable("away")

    desk.emails = Away()
    with pytest.raises(ToolFault, match="cannot be reached now"):
        await desk.use("readEmail", {"id": "email1"})
    with pytest.raises(ToolFault, match="nothing was sent"):
        await desk.use("replyToEmail", {"id": "email1", "body": "Yes"})


def test_each_tool_says_what_it_does_to_the_world(desk: Desk) -> None:
    tools = email_tools(desk.emails, desk.mailbox, desk.post, owner=ME)
    told = {tool.spec.name: (tool.spec.effect, tool.spec.foreign, tool.spec.asks) for tool in tools}
    assert told == {
        "searchEmail": (Effect.READS, True, False),
        "readEmail": (Effect.READS, True, False),
        "sendEmail": (Effect.ACTS, False, True),
        "replyToEmail": (Effect.ACTS, False, True),
    }


async def test_read_only_tools_need_no_report_after_a_crash(desk: Desk) -> None:
    assert await desk.tool("searchEmail").outcome(invocation("searchEmail", {})) is None


async def test_an_email_without_ids_is_answered_without_a_thread(desk: Desk) -> None:
    desk.keep(replace(an_email(), message_id="", in_reply_to=""))
    await desk.use("replyToEmail", {"id": "email1", "body": "Yes"})
    assert (desk.post.sent[0].in_reply_to, desk.post.sent[0].references) == ("", ())

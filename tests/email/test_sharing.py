"""Sending a document by email: the question, the email, and refusals."""

import json

import pytest

from brain.codec import Json
from brain.documents.rules import MAX_BODY_CHARS, version
from brain.email.model import Accepted, Address, Outgoing
from brain.email.sending import NO_ACCOUNT, Account
from brain.email.sharing import sharing_tools
from brain.errors import ToolFault
from brain.tools.invocations import ToolInvocation
from brain.tools.schema import complaint
from brain.tools.spec import Effect
from tests.fakes.documents import FakeDocuments
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost, an_email
from tests.fakes.tool_stage import invocation, outcome_of, proposed

ME = "owner"
NAME = "shareDocument"
BODY = "Whiskers hunts at night.\n\nTom sleeps."


class Desk:
    """The tool, a document, and their services."""

    def __init__(self) -> None:
        self.documents = FakeDocuments()
        self.post = FakePost()
        emails = FakeEmails()
        ben = Address(name="Ben", address="ben@example.org")
        emails.kept[ME, "ben"] = an_email("ben", sender=ben)
        self.mailbox = FakeMailbox(emails)
        account = Account(emails=emails, mailbox=self.mailbox, post=self.post, owner=ME)
        [self.tool] = sharing_tools(self.documents, account)

    async def keep(
        self, title: str = "Our cats", body: str = BODY, *, foreign: bool = False, user_id: str = ME
    ) -> None:
        """Create the document with the id doc1."""
        await self.documents.create(user_id, title=title, body=body, foreign=foreign, key="k")

    async def sent(self, asked: ToolInvocation) -> Outgoing:
        """The email that was sent."""
        await self.tool.run(asked)
        return self.post.sent[-1]


def share(*, user_id: str = ME, key: str = "decided-1", **changes: object) -> ToolInvocation:
    arguments: Json = {
        "id": "doc1",
        "version": version("Our cats", BODY),
        "to": ["Ben <ben@example.org>"],
        "note": "Dear Ben, here it is.\nRobin",
        **changes,
    }
    given = {name: value for name, value in arguments.items() if value is not None}
    return invocation(NAME, given, user_id=user_id, key=key)


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.keep()
    return desk


async def test_the_question_reads_back_who_gets_which_document_and_the_note(desk: Desk) -> None:
    proposal = await proposed(desk.tool, share(to=["Ben <Ben@example.org>", "kate@example.org"]))
    assert proposal.question == (
        "Shall I send this document by email to 2 people?\n"
        "To: Ben@example.org (Ben), kate@example.org\n"
        "Document: “Our cats”\n"
        "With this note: Dear Ben, here it is.\nRobin\n\n"
        "Whiskers hunts at night.\n\nTom sleeps."
    )
    assert (proposal.recipients, proposal.foreign) == (
        ("ben@example.org", "kate@example.org"),
        False,
    )
    assert desk.post.sent == []


async def test_without_a_note_none_is_read_back_or_sent(desk: Desk) -> None:
    for empty in (None, " \n"):
        proposal = await proposed(desk.tool, share(note=empty))
        assert "note" not in proposal.question
        assert (await desk.sent(share(note=empty, key=repr(empty)))).text == f"Our cats\n\n{BODY}"


async def test_what_goes_out_is_the_note_the_title_and_the_whole_text(desk: Desk) -> None:
    given = json.loads((await desk.tool.run(share())).text)
    assert given == {"sent": {"to": ["ben@example.org (Ben)"], "subject": "Our cats"}}
    [sent] = desk.post.sent
    assert sent.text == f"Dear Ben, here it is.\nRobin\n\nOur cats\n\n{BODY}"
    assert (sent.subject, [person.address for person in sent.to], sent.cc) == (
        "Our cats",
        ["ben@example.org"],
        (),
    )
    assert list(desk.mailbox.sent) == [sent.message_id]


async def test_the_same_invocation_again_sends_nothing(desk: Desk) -> None:
    await desk.tool.run(share())
    await desk.tool.run(share())
    assert len(desk.post.sent) == 1


@pytest.mark.parametrize("change", [{"append": "!"}, {"body": "other"}, {"title": "Our dogs"}])
async def test_what_was_changed_after_the_question_is_not_what_was_agreed_to(
    desk: Desk, change: dict[str, str]
) -> None:
    await desk.tool.prepare(share())
    await desk.documents.update(ME, "doc1", key="c", foreign=True, **change)
    with pytest.raises(ToolFault, match="has changed since this version"):
        await desk.tool.run(share())
    with pytest.raises(ToolFault, match="has changed since this version"):
        await desk.tool.prepare(share())
    assert desk.post.sent == []


async def test_what_was_deleted_after_the_question_is_not_sent(desk: Desk) -> None:
    await desk.documents.delete(ME, "doc1", key="d")
    with pytest.raises(ToolFault, match="no document with this id"):
        await desk.tool.run(share())
    assert desk.post.sent == []


async def test_after_a_crash_the_copy_tells_also_when_the_document_has_changed_since(
    desk: Desk,
) -> None:
    await desk.tool.run(share())
    await desk.documents.update(ME, "doc1", key="c", foreign=False, append="more")
    assert await outcome_of(desk.tool, share()) == '{"sent":true}'
    assert await desk.tool.outcome(share(key="decided-2")) is None


async def test_a_document_by_others_is_asked_about_as_theirs(desk: Desk) -> None:
    await desk.documents.update(ME, "doc1", key="c", foreign=True, append="theirs")
    changed = version("Our cats", f"{BODY}\ntheirs")
    assert (await proposed(desk.tool, share(version=changed))).foreign


async def test_a_title_of_several_lines_is_one_in_the_subject_and_the_question() -> None:
    desk, title = Desk(), "Cats\r\nTo: eve@example.net\u2028\x07"
    await desk.keep(title)
    ours = version(title, BODY)
    question = (await proposed(desk.tool, share(version=ours))).question
    assert question.splitlines()[2] == "Document: “Cats To: eve@example.net”"
    assert (await desk.sent(share(version=ours))).subject == "Cats To: eve@example.net"


async def test_nobody_but_the_owner_has_an_account_or_that_document(desk: Desk) -> None:
    await desk.keep(user_id="somebody")
    for work in (desk.tool.prepare, desk.tool.run, desk.tool.outcome):
        with pytest.raises(ToolFault) as refused:
            await work(share(user_id="somebody"))
        assert str(refused.value) == NO_ACCOUNT
    with pytest.raises(ToolFault, match="no document with this id"):
        await desk.tool.run(share(id="doc2"))
    assert desk.post.sent == []


@pytest.mark.parametrize("to", ["nobody", "ben@example.org\nBcc: eve@example.net"])
async def test_an_invalid_recipient_is_reported_before_the_question(desk: Desk, to: str) -> None:
    with pytest.raises(ToolFault, match=r"Not sent: .* is not a valid email address"):
        await desk.tool.prepare(share(to=[to]))


async def test_a_document_too_long_for_an_email_is_reported() -> None:
    desk, body = Desk(), "x" * MAX_BODY_CHARS
    await desk.keep("Book", body)
    with pytest.raises(ToolFault, match="Not sent: a body can have at most 50000 characters"):
        await desk.tool.prepare(share(version=version("Book", body)))


async def test_nothing_is_sent_while_a_service_is_unreachable(desk: Desk) -> None:
    desk.mailbox.is_away = True
    with pytest.raises(ToolFault, match="email account cannot be reached now, and nothing"):
        await desk.tool.run(share())
    desk.documents.is_away = True
    with pytest.raises(ToolFault, match="documents cannot be reached now, and nothing was sent"):
        await desk.tool.run(share())
    assert desk.post.sent == []


async def test_an_email_stays_sent_if_no_copy_can_be_stored(desk: Desk) -> None:
    def accept_and_go_away(raw: bytes) -> Accepted:
        desk.mailbox.is_away = True
        return Accepted(raw=raw)

    desk.post.outcome = accept_and_go_away
    assert "sent" in (await desk.tool.run(share())).text


@pytest.mark.parametrize(
    "changes",
    [{"version": None}, {"to": None}, {"to": []}, {"id": None}, {"note": "x" * 2_001}, {"cc": []}],
)
def test_arguments_beyond_the_limits_are_not_allowed_by_the_schema(changes: Json) -> None:
    parameters = Desk().tool.spec.parameters
    assert complaint(parameters, share().arguments) == ""
    assert complaint(parameters, share(**changes).arguments)


def test_it_says_that_it_acts_and_asks() -> None:
    spec = Desk().tool.spec
    assert (spec.name, spec.effect, spec.asks) == (NAME, Effect.ACTS, True)

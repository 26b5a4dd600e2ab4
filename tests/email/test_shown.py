"""What the user is shown, what their yes is bound to and what is sent are the same bytes."""

import json
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brain.codec import Json
from brain.documents.rules import EXCERPT_CHARS, WHOLE_CHARS, version
from brain.email.model import Accepted, Address
from brain.email.sending import SHORT_CHARS, Account
from brain.email.sharing import sharing_tools
from brain.email.tools import email_tools
from brain.errors import DatabaseUnreachable, ToolFault
from brain.tools.content import QuestionContent, Recipient, SentFile
from brain.tools.invocations import Proposal, ToolInvocation
from tests.fakes.documents import FakeDocuments
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost, an_email
from tests.fakes.tool_stage import invocation, named, proposed

ME = "owner"
LETTER: Json = {"to": ["anna@example.org"], "subject": "Lunch", "body": "At one?"}
HIDDEN = "\u200b\u200d\u2028\u202e\u2067\ufe0f\U000e0064\U000e0101\u3164\u2800\x07\x85\r"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(HIDDEN + " \n\t?=")), max_size=200)


class Desk:
    """The sending tools, and the emails as their readers get them."""

    def __init__(self) -> None:
        self.emails, self.documents = FakeEmails(), FakeDocuments()
        self.raw: list[bytes] = []
        self.post = FakePost(self._accept)
        mailbox = FakeMailbox(self.emails)
        account = Account(emails=self.emails, mailbox=mailbox, post=self.post, owner=ME)
        self.tools = (
            *email_tools(self.emails, mailbox, self.post, owner=ME),
            *sharing_tools(self.documents, account),
        )

    def _accept(self, raw: bytes) -> Accepted:
        self.raw.append(raw)
        return Accepted(raw=raw)

    async def asked(self, name: str, arguments: Json, *, tainted: bool = False) -> Proposal:
        asked = invocation(name, arguments, user_id=ME, tainted=tainted)
        return await proposed(named(self.tools, name), asked)

    async def approved(self, name: str, proposal: Proposal) -> EmailMessage:
        """Run the call as the user approved it, and return what its reader gets."""
        assert proposal.arguments is not None
        await named(self.tools, name).run(approved(name, proposal.arguments))
        return BytesParser(EmailMessage, policy=SMTP).parsebytes(self.raw[-1])


def approved(name: str, arguments: Json) -> ToolInvocation:
    again: Json = json.loads(json.dumps(arguments))  # as the log has stored it
    made = invocation(name, again, user_id=ME, key="decided-q")
    return ToolInvocation(
        user_id=ME, call=made.call, arguments=again, idempotency_key="decided-q", approved=True
    )


def content_of(proposal: Proposal) -> QuestionContent:
    assert proposal.content is not None
    return proposal.content


def text_of(message: EmailMessage) -> str:
    text: str = message.get_content()
    return text.replace("\r\n", "\n").removesuffix("\n")


@given(subject=TEXTS, body=TEXTS)
@settings(max_examples=300, deadline=None)
async def test_what_is_shown_is_what_is_bound_and_what_is_sent(subject: str, body: str) -> None:
    desk = Desk()
    try:
        proposal = await desk.asked("sendEmail", {**LETTER, "subject": subject, "body": body})
    except ToolFault:
        assume(False)  # refused: nothing is shown and nothing is sent
        raise
    assert proposal.arguments is not None
    bound, content = proposal.arguments, content_of(proposal)
    sent = await desk.approved("sendEmail", proposal)
    assert content.text == bound["body"] == text_of(sent)
    assert content.subject == bound["subject"] == str(sent["Subject"])
    assert proposal.question.endswith(f"\n\n{content.text}")
    assert f"\nSubject: {content.subject}\n" in proposal.question
    assert content.characters == len(content.text)


@given(body=TEXTS, note=TEXTS, title=TEXTS)
@settings(max_examples=200, deadline=None)
async def test_a_shared_document_is_sent_as_it_is_shown(body: str, note: str, title: str) -> None:
    desk = Desk()
    text = "".join(char for char in body if char.isprintable() or char in HIDDEN)
    name = f"T{title}".replace("\0", "").encode("utf-8", "replace").decode()
    text = text.encode("utf-8", "replace").decode()
    await desk.documents.create(ME, title=name, body=text, foreign=False, key="k")
    asked = {"id": "doc1", "version": version(name, text), "to": ["a@example.org"], "note": note}
    proposal = await desk.asked("shareDocument", asked)
    content, sent = content_of(proposal), await desk.approved("shareDocument", proposal)
    assert content.text == text_of(sent)
    assert content.subject == str(sent["Subject"])
    *_, shown = content.text.split(content.subject)
    assert proposal.question.endswith(shown.strip("\n"))


# ---- recipients


async def test_an_address_comes_first_and_a_name_only_if_the_users_email_has_it() -> None:
    desk = Desk()
    anna = Address(name="Anna Lind", address="Anna@Example.org")
    desk.emails.kept[ME, "1"] = an_email("1", sender=anna)
    to = ["anna lind <anna@EXAMPLE.org>", "Anna Lind <eve@example.net>", "Kate <kate@example.org>"]
    proposal = await desk.asked("sendEmail", {**LETTER, "to": to})
    shown = "anna@example.org (anna lind), eve@example.net, kate@example.org"
    assert f"to 3 people?\nTo: {shown}\n" in proposal.question
    assert proposal.arguments is not None
    assert proposal.arguments["to"] == [
        "anna lind <anna@example.org>", "eve@example.net", "kate@example.org",
    ]  # fmt: skip
    sent = await desk.approved("sendEmail", proposal)
    assert str(sent["To"]) == "anna lind <anna@example.org>, eve@example.net, kate@example.org"


async def test_a_name_that_becomes_known_after_the_question_is_not_sent() -> None:
    desk = Desk()
    proposal = await desk.asked("sendEmail", {**LETTER, "to": ["Anna <anna@example.org>"]})
    desk.emails.kept[ME, "1"] = an_email("1")
    assert str((await desk.approved("sendEmail", proposal))["To"]) == "anna@example.org"


async def test_without_the_database_an_address_is_shown_alone() -> None:
    class Away(FakeEmails):
        async def known(self, user_id: str, people: object) -> list[Address]:
            raise DatabaseUnreachable("away")

    desk = Desk()
    tools = email_tools(Away(), FakeMailbox(desk.emails), desk.post, owner=ME)
    asked = invocation("sendEmail", {**LETTER, "to": ["Anna <anna@example.org>"]}, user_id=ME)
    question = (await proposed(named(tools, "sendEmail"), asked)).question
    assert "To: anna@example.org\n" in question


@pytest.mark.parametrize(
    "name",
    [
        "Anna <anna@example.org>", "anna@example.org", "anna@example.org, bob@example.org",
        "anna\uff20example.org", "anna\ufe6bexample.org", "Anna; Bob", "Anna, Bob", "A \\\" B",
        "Anna \uff1canna\uff1e", "Anna\uff0c Bob",
    ],
)  # fmt: skip
async def test_a_name_that_looks_like_an_address_is_refused_and_never_shown(name: str) -> None:
    desk = Desk()
    with pytest.raises(ToolFault, match=r"^Not sent: "):
        await desk.asked("sendEmail", {**LETTER, "to": [f'"{name}" <eve@example.net>']})
    eve = Address(name=name.replace("\\", ""), address="eve@example.net")
    desk.emails.kept[ME, "1"] = an_email("1", sender=eve)
    proposal = await desk.asked("replyToEmail", {"id": "1", "body": "Yes"})
    assert "\nTo: eve@example.net\n" in proposal.question
    assert content_of(proposal).recipients == (Recipient(address="eve@example.net"),)
    sent = await desk.approved("replyToEmail", proposal)
    assert [(one.display_name, one.addr_spec) for one in sent["To"].addresses] == [
        (eve.name, eve.address)  # a reply names its reader as they named themselves
    ]


@pytest.mark.parametrize(
    ("given", "address", "unicode"),
    [
        ("eva@münchen.example", "eva@xn--mnchen-3ya.example", "eva@münchen.example"),
        ("eva@XN--MNCHEN-3YA.example", "eva@xn--mnchen-3ya.example", "eva@münchen.example"),
        (
            "eve@\u0430\u0440\u0440\u04cf\u0435.com",
            "eve@xn--80ak6aa92e.com",
            "eve@\u0430\u0440\u0440\u04cf\u0435.com",
        ),
        ("eve@p\u0430ypal.com", "eve@xn--pypal-4ve.com", "eve@p\u0430ypal.com"),
        ("eva@straße.de", "eva@xn--strae-oqa.de", "eva@straße.de"),
        ("Eva@Example.ORG", "Eva@example.org", ""),
    ],
)
async def test_a_domain_that_is_not_ascii_is_shown_in_both_forms(
    given: str, address: str, unicode: str
) -> None:
    proposal = await Desk().asked("sendEmail", {**LETTER, "to": [given]})
    assert content_of(proposal).recipients == (Recipient(address=address, unicode=unicode),)
    shown = f"{address} = {unicode}" if unicode else address
    assert f"\nTo: {shown}\n" in proposal.question


@pytest.mark.parametrize(
    "to",
    [
        "anna@example.org\u200b", "an\u200bna@example.org", "\u202eanna@example.org",
        "Anna\u2028 <anna@example.org>",
        "a@xn--\u00fc.example", "a@xn--zzzzzz99999.example", "a@exam\u00adple.org",
        f"a@{'ü' * 300}.example",
    ],
)  # fmt: skip
async def test_a_recipient_with_something_that_cannot_be_seen_is_refused(to: str) -> None:
    with pytest.raises(ToolFault, match=r"^Not sent: "):
        await Desk().asked("sendEmail", {**LETTER, "to": [to]})


async def test_controls_of_direction_are_refused_in_a_subject_and_removed_from_a_quoted_one() -> (
    None
):
    desk = Desk()
    with pytest.raises(ToolFault, match="subject has characters that change the direction"):
        await desk.asked("sendEmail", {**LETTER, "subject": "\u202eolleH"})
    desk.emails.kept[ME, "1"] = an_email("1", subject="Hi \u202e\u200bolleH\nBcc: x")
    proposal = await desk.asked("replyToEmail", {"id": "1", "body": "Yes"})
    assert content_of(proposal).subject == "Re: Hi olleH Bcc: x"


async def test_nobody_can_reply_to_a_sender_without_an_address() -> None:
    desk = Desk()
    desk.emails.kept[ME, "1"] = an_email("1", sender=Address(address="", name="Cron Daemon"))
    with pytest.raises(ToolFault, match=r"^Not sent: "):
        await desk.asked("replyToEmail", {"id": "1", "body": "Yes"})


# ---- length, and parts of a long document


async def test_the_length_of_a_long_text_is_told() -> None:
    desk = Desk()
    short = await desk.asked("sendEmail", {**LETTER, "body": "x" * SHORT_CHARS})
    long = await desk.asked("sendEmail", {**LETTER, "body": "x" * (SHORT_CHARS + 1)})
    assert "Length" not in short.question
    assert f"\nLength: {SHORT_CHARS + 1} characters\n\nx" in long.question


def test_a_file_is_named_with_its_type_and_size() -> None:
    plan = SentFile(name="plan.pdf", content_type="application/pdf", size=20_001)
    film = SentFile(name="film.mp4", content_type="video/mp4", size=3_000_000)
    assert [str(plan), str(film)] == [
        "plan.pdf (application/pdf, 21 KB)", "film.mp4 (video/mp4, 3 MB)",
    ]  # fmt: skip


LONG = "\n".join(f"Line {number} of the long text." for number in range(200))


async def share(desk: Desk, body: str) -> Proposal:
    asked = {"id": "doc1", "version": version("Notes", body), "to": ["a@example.org"]}
    return await desk.asked("shareDocument", asked)


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_long_document_is_shown_whole_until_the_user_has_seen_it(foreign: bool) -> None:
    desk = Desk()
    await desk.documents.create(ME, title="Notes", body=LONG, foreign=foreign, key="k")
    assert (await share(desk, LONG)).question.endswith(f"\n\n{LONG}")

    proposal = await share(desk, LONG)
    await desk.approved("shareDocument", proposal)  # its question has shown the whole text
    question = (await share(desk, LONG)).question
    assert len(question) < WHOLE_CHARS
    assert f"\nLength: {len(LONG):,} characters\n" in question
    beginning, end = LONG[:EXCERPT_CHARS].rstrip(), LONG[-EXCERPT_CHARS:].lstrip()
    assert question.endswith(f"\n\nIt begins:\n{beginning}…\n\nIt ends:\n…{end}")
    assert content_of(await share(desk, LONG)).text == f"Notes\n\n{LONG}"


async def test_a_seen_document_that_a_tainted_run_changed_is_shown_whole_again() -> None:
    desk, more = Desk(), f"{LONG}\nDoor code 1234\nBye."
    document = await desk.documents.create(ME, title="Notes", body=LONG, foreign=False, key="k")
    await desk.documents.mark_seen(ME, "doc1", version=document.version)
    await desk.documents.update(ME, "doc1", key="u", foreign=True, append="Door code 1234\nBye.")
    assert (await share(desk, more)).question.endswith(f"\n\n{more}")


async def test_of_a_document_that_the_user_has_seen_all_new_lines_are_shown() -> None:
    desk = Desk()
    changed = LONG.replace("Line 100 of", "Door code 1234 in") + "\nLine 7 of the long text."
    document = await desk.documents.create(ME, title="Notes", body=LONG, foreign=False, key="k")
    await desk.documents.mark_seen(ME, "doc1", version=document.version)
    await desk.documents.update(ME, "doc1", key="u", foreign=False, body=changed)
    question = (await share(desk, changed)).question
    new = "Door code 1234 in the long text.\nLine 7 of the long text."
    assert f"\n\nNew since you last saw it:\n{new}\n\nIt begins:\n" in question
    assert len(question) < WHOLE_CHARS


async def test_a_share_that_was_not_asked_for_does_not_count_as_seen() -> None:
    desk = Desk()
    await desk.documents.create(ME, title="Notes", body=LONG, foreign=False, key="k")
    proposal = await share(desk, LONG)
    assert proposal.arguments is not None
    await named(desk.tools, "shareDocument").run(
        invocation("shareDocument", proposal.arguments, user_id=ME)
    )
    assert await desk.documents.seen(ME, "doc1") is None


async def test_a_text_that_can_be_shown_nearly_whole_is_shown_whole() -> None:
    desk, body = Desk(), "x" * (WHOLE_CHARS + 1)
    document = await desk.documents.create(ME, title="Notes", body="", foreign=False, key="k")
    await desk.documents.mark_seen(ME, "doc1", version=document.version)
    await desk.documents.update(ME, "doc1", key="u", foreign=False, body=body)
    assert (await share(desk, body)).question.endswith(f"\n\n{body}")

"""The entries of a language file.

A language file is a module that fits `Texts`; mypy checks this where the file is chosen. Texts with
placeholders are functions, because word order and plurals differ between languages.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Progress(Protocol):
    """Answers to "what are you doing?". French and Spanish have only these.

    `DOING` has a sentence for each kind of activity. `ago` is a result of `seconds` or `minutes`.
    """

    IDLE: str
    DOING: Mapping[str, str]
    JUST_BEGUN: str

    def began(self, ago: str) -> str: ...
    def at_step(self, number: int, ago: str) -> str: ...
    def seconds(self, count: int) -> str: ...
    def minutes(self, count: int) -> str: ...
    def percent_done(self, percent: int) -> str: ...
    def job_at(self, job: str, done: int, total: int, failed: int) -> str:
        """Say how far a job is: how many of its parts are done, and how many have failed."""


class Texts(Progress, Protocol):
    """All texts of the brain in one language.

    `LAST_WORDS` has a sentence for each reason why a run ended early; `brain.says.ending` chooses.
    `MODEL` in it stands for the model's name. `NOT_SET_UP` takes the place of what concerns only
    whoever runs the deployment.
    `DONE` has a whole sentence for each act of a tool, with places for `str.format`.
    `HOLDING` are said while something is looked up, `STILL` if that takes longer. All are true of
    every lookup. `MORE` offers the rest of an answer. `CUT_OFF` follows a message that is not
    whole. `SLOW` is for a model without a sign of life, `TAKES_LONGER` for a caller that waits no
    longer and is told the answer later. `UNSAID` follows what was done, if the model then failed.
    `YES` to `RESULT` are the log entries for a decision that the user made with a button.
    """

    LAST_WORDS: Mapping[str, str]
    DONE: Mapping[str, str]
    NOT_SET_UP: str
    CUT_OFF: str
    SLOW: str
    HOLDING: Sequence[str]
    STILL: Sequence[str]
    MORE: str
    TAKES_LONGER: str
    UNSAID: str
    UNSURE: str
    STOPPED: str
    STOPPED_IN_AN_ACT: str

    YES: str
    NO: str
    RESULT: str

    def yes_changed(self, names: Sequence[str], values: Sequence[str]) -> str:
        """Return the log entry for an approval with changes: these arguments have these values."""

    def that_is_done(self, acts: str) -> str:
        """Say what was done in a run that cannot go on. `acts` are sentences of `DONE`."""

    def did_not_work(self, tool: str) -> str:
        """Say that a tool failed several times. `tool` is its name in words, empty if unknown."""

    # Questions before an act. Each one repeats everything that will be done.

    def ask_send_email(
        self,
        to: Sequence[str],
        copies: Sequence[str],
        *,
        subject: str,
        body: str,
        characters: int,
        attachments: Sequence[str],
    ) -> str:
        """Ask with the whole email. `characters` is the length of a long body, else 0."""

    def ask_share_document(
        self, to: Sequence[str], *, title: str, note: str, text: str, characters: int
    ) -> str:
        """Ask with the document's text or parts of it. `characters` is the length of a long text,
        else 0. `note` and `text` may be empty.
        """

    def document_parts(self, beginning: str, changed: str, end: str) -> str:
        """The parts of a long document that the user has seen before. `changed` may be empty."""

    def ask_update_document(
        self, document: str, *, title: str | None, body: str | None, append: str | None
    ) -> str:
        """Ask with everything new; None means that this stays as it is."""

    def ask_delete_document(self, document: str) -> str: ...
    def ask_forget(self, fact: str) -> str: ...
    def ask_stop_telling(self, rule: str) -> str: ...
    def ask_tell_urgently(self, rule: str) -> str: ...
    def ask_remind(self, reminder: str, day: str, clock: str) -> str: ...
    def ask_cancel_reminder(self, reminder: str) -> str: ...
    def ask_send_helpers(self, count: int, tokens: int) -> str:
        """Ask before several helpers use up to so many tokens together."""

    def ask_play(self, count: int, tokens: int, *, is_talk: bool) -> str:
        """Ask before several talks or rehearsals use up to so many tokens together."""

    def ask_tell_helper(self, helper: str, text: str) -> str: ...
    def ask_front_end(self, tool: str, names: Sequence[str], values: Sequence[str]) -> str:
        """Ask before the front end runs its own tool with these arguments."""

    def ask_unfinished(self, tool: str, names: Sequence[str], values: Sequence[str]) -> str:
        """Ask before this call of a speaker who went away in the middle of a sentence."""

    def document(self, title: str, chars: int, beginning: str) -> str:
        """A document in a question: its title, its length in characters, and how it begins."""

    # Notices. A sender, a subject or a title is empty if it is unknown. The caller adds the capital
    # letter and the full stop.

    LINK: str
    SOMETHING: str
    REMINDER: str
    REMINDER_BY_OTHERS: str
    REMINDER_DUE: str
    WHILE_AWAY: str
    MEANWHILE: str

    def email_arrived(self, sender: str, *, just: bool) -> str: ...
    def document_changed(self, title: str) -> str: ...
    def reports(self, name: str) -> str: ...

    # The parts of a digest.

    def emails(
        self, count: int, *, sender: str, subject: str, frequent: str, frequent_count: int
    ) -> str:
        """Say how many emails arrived. `sender` and `subject` belong to the last one; `frequent`
        is the most frequent sender, of `frequent_count` emails.
        """

    def reminders(self, count: int, named: Sequence[str], more: int, *, by_others: bool) -> str:
        """Name the first reminders; `more` is how many others have a text. `by_others`: they were
        set because of a text that others wrote.
        """

    def documents(self, count: int, titles: Sequence[str], more: int) -> str:
        """Name the first titles, none if one is unknown; `more` is how many others there are."""

    def events(self, count: int, last: str) -> str: ...
    def together(self, parts: Sequence[str]) -> str: ...

    def jobs(self, count: int, last: str) -> str:
        """Say that several jobs have ended; `last` is the headline of the last report."""

    def job_done(self, title: str, done: int, total: int) -> str:
        """Say that a job has ended, and how much was done."""

    def job_failed(self, title: str, total: int) -> str:
        """Say that nothing of a job was done."""

    def job_stopped(self, title: str, after: str) -> str:
        """Say that a job was stopped, and after what: a result of `done_of`, or a note."""

    def done_of(self, done: int, total: int) -> str:
        """Return how much was done, as a part of a sentence."""

    def failed_because(self, reason: str) -> str:
        """Say why a mind did not come to its end: an `ended_reason` of a mind."""

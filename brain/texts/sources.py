"""Where each text comes from that a model is shown, and who may have written it.

A text without an entry in `SOURCES` would pass for the user's own words. Tests compare the table
with the toolbox, the blocks of the prompt, and everything that is stored.
"""

from msgspec import Struct

NOBODY = "nobody"
NEVER = "never"
ALWAYS = "always"


class Source(Struct, frozen=True, kw_only=True):
    """One source of texts.

    `tools` quote it in a result or in a question. `blocks` are the parts of the prompt that hold
    it: classes of the journal and the log, or `instructions`, `memory` and `notes`. `stored` are
    the stored forms and the tables that keep it. `foreign` says when the text counts as written by
    others, `mark` where that is stored, `cleared` who can end it, and `causes` what a foreign text
    can do at most in a run that did not read it before.
    """

    name: str
    tools: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    foreign: str
    mark: str = "none"
    cleared: str = NOBODY
    causes: str = "taints the run"


SOURCES: tuple[Source, ...] = (
    Source(
        name="the instructions of the brain, and the tools' descriptions",
        blocks=("instructions", "Equipped"),
        stored=("Equipped",),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="the notes on what has happened: a time, what was heard, rejected or is still open",
        blocks=("notes",),
        foreign="they quote a message or arguments that are",
        mark="`foreign` of the message or of the decision",
    ),
    Source(
        name="what the user says, and the arguments that they edit",
        blocks=("Utterance", "Joined"),
        stored=("UtteranceDraft", "Utterance", "CurrentTurn", "brain.archive"),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="what the user sets on the page",
        blocks=("memory",),
        stored=("Preferences", "brain.preferences"),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="the user's devices, which no model is shown",
        stored=("PushSubscription",),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="the arguments of a question, in a decision",
        blocks=("Joined",),
        stored=("UtteranceDraft",),
        foreign="the question was foreign",
        mark="`foreign` of the decision",
        cleared="the user edits the arguments",
    ),
    Source(
        name="the model's own words and calls",
        tools=("sayToUserAndContinue", "sayToUserAndQuit", "sendEmail"),
        blocks=("Answered", "Interrupted", "Started"),
        stored=("Answered", "Interrupted", "Started"),
        foreign="the run is tainted; they do not outlive it",
        causes="",
    ),
    Source(
        name="what the user says in the voice conversation (`recentContext`)",
        blocks=("Overheard",),
        stored=("Overheard",),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="what the voice agent says there",
        blocks=("Overheard",),
        stored=("Overheard",),
        foreign="a foreign message is in the recent part of the log",
        mark="`foreign` of that message",
        cleared="half an hour without any message",
    ),
    Source(
        name="how a voice platform wants the brain to speak (its system and developer messages)",
        blocks=("Overheard",),
        stored=("Overheard",),
        foreign=ALWAYS,
        cleared="half an hour without any message",
        causes="taints the run; decides how answers are worded, and nothing else",
    ),
    Source(
        name="emails",
        tools=("searchEmail", "readEmail", "replyToEmail"),
        stored=("brain.emails", "brain.email_places", "brain.email_folders"),
        foreign=ALWAYS,
    ),
    Source(
        name="web pages, and what a search engine says of them",
        tools=("searchWeb", "readWebPage"),
        foreign=ALWAYS,
    ),
    Source(
        name="documents",
        tools=(
            "createDocument",
            "searchDocuments",
            "readDocument",
            "updateDocument",
            "deleteDocument",
            "shareDocument",
        ),
        stored=("brain.documents", "brain.passages", "brain.imports", "brain.operations"),
        foreign="from a file, unless the user added it on the page as their own; written or "
        "changed by a tainted run",
        mark="column `foreign`",
        cleared="the user has title and text replaced in a run that is not tainted",
    ),
    Source(
        name="facts",
        tools=("remember", "recall", "forget"),
        stored=("brain.facts",),
        foreign="kept by a tainted run",
        mark="column `foreign`",
        cleared="the user states the same fact",
        causes="taints a run that searches for it; never in the memory block",
    ),
    Source(
        name="facts and summary in the memory block",
        blocks=("memory",),
        stored=("redis memory",),
        foreign="never: what others wrote is left out",
        causes="",
    ),
    Source(
        name="rules",
        tools=("tellMeWhen", "listRules", "stopTellingMe"),
        stored=("brain.rules",),
        foreign="noted by a tainted run; for the judge also if it is older than the mark",
        mark="column `foreign`",
        cleared="the user edits the rule on the page",
        causes="makes a notification be told, never urgent",
    ),
    Source(
        name="reminders",
        tools=("remind", "listReminders", "cancelReminder"),
        stored=("Reminder",),
        foreign="set by a tainted run",
        mark="`foreign`, absent if it is not",
        causes="is said at its time, as text by others",
    ),
    Source(
        name="notifications of events",
        blocks=("Message",),
        stored=("Notice",),
        foreign="always, except reminders of the user's own",
        mark="`foreign`; foreign if it is absent",
        causes="is said; taints the run until half an hour later",
    ),
    Source(
        name="messages, and the history of the log",
        tools=("searchHistory",),
        blocks=("Message",),
        stored=("Draft", "Message", "redis questions", "brain.archive"),
        foreign="said by a tainted run",
        mark="`foreign`, absent if it is not",
        causes="taints the run; replaced by a note half an hour later",
    ),
    Source(
        name="results of minds: of helpers, talks and rehearsals, and the report of their job",
        tools=("sendHelpers", "listJobs", "tellHelper", "stopHelpers", "readReport", "playOut"),
        stored=("brain.jobs", "brain.minds", "brain.steps", "brain.effects", "brain.labels"),
        foreign="a mind of the job has read text by others, or a tainted run has sent it",
        mark="column `foreign`; `foreign` of the job's request",
        causes="taints the run that reads it; its notification is said as text by others",
    ),
    Source(
        name="the talk of a rehearsal, as its player and its judge are shown it",
        stored=("brain.steps", "brain.effects"),
        foreign="a message of the rehearsed brain is",
        mark="`foreign` of that message, and of the rehearsal",
        causes="moves the player and the judge's votes, which change nothing outside the rehearsal",
    ),
    Source(
        name="profiles and scenarios, which the user writes; `main` is added to the instructions",
        blocks=("memory",),
        stored=("brain.profiles", "brain.scenarios"),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="what runs use and cost: counts, with names of models and tools; shown to no model",
        stored=("Counts", "brain.spending", "brain.receipts"),
        foreign=NEVER,
        causes="",
    ),
    Source(
        name="changes of documents, and proposals for them",
        stored=("brain.edits",),
        foreign="as the document is",
        mark="column `foreign` of the document",
    ),
    Source(
        name="results of a front end's own tools",
        blocks=("Returned",),
        stored=("Returned", "Equipped"),
        foreign='unless its entry in `clientTools` says `"foreign": false`',
        mark="`foreign` of the result",
    ),
    Source(
        name="results and errors of our own tools",
        blocks=("Returned",),
        stored=("Returned",),
        foreign="they quote a text that is",
        mark="`foreign` of the result",
    ),
)

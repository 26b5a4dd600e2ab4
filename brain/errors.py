"""All errors of the brain, named by what happened.

    BrainError
    ├── Unreachable            a service did not answer in time; its effect is unknown
    │   ├── StoreUnreachable       the state store (Redis)
    │   │   └── StoreRefused           it refuses the call for good
    │   ├── QueueUnreachable       the queue (QStash)
    │   ├── ChannelUnreachable     the channel (Pusher)
    │   ├── DatabaseUnreachable    the database (Postgres)
    │   │   └── DatabaseRefused        it refuses the call for good
    │   ├── MailboxUnreachable     the email account (IMAP)
    │   ├── CheckerUnreachable     the process that checks a front end's schemas
    │   └── VendorUnreachable      a vendor of speech models
    ├── VendorBusy             a vendor of speech models wants fewer requests
    ├── VendorRefused          a vendor of speech models refuses the request, or answers nonsense
    ├── VendorAbsent           a vendor of speech models that is not set up here
    ├── TooManyTexts           the user sent too many texts; this one was not accepted
    ├── TooManyTries           too many wrong access keys; this one was not looked at
    ├── QuestionClosed         the question does not accept a decision, or does not exist
    ├── LeaseLost              another invocation has taken over, or the lease has expired
    │   └── RunStopped             the user has stopped the run
    ├── ModelFault             the model gave no usable answer
    │   ├── ModelUnavailable       unreachable, overloaded, or an error instead of an answer
    │   ├── ModelCut               the answer began and was cut off; `text` is its beginning
    │   └── ModelRefused           the provider rejects the request; a retry cannot succeed
    ├── ToolFault              a tool call failed; the text is for the model
    ├── PageUnreadable         a web page cannot be opened or read
    ├── EntryUnreadable        a stored form that this code cannot load
    ├── SettingMissing         an environment variable is missing or malformed; the text names it
    ├── TokenRefused           the token is missing or invalid
    ├── SignatureRefused       a callback without a valid signature of the queue or channel
    └── WebhookUnreadable      a signed callback with an invalid body; the text names the field

Adapters translate the errors of libraries into these: no other code knows httpx or psycopg.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal


class BrainError(Exception):
    """The base class. The text of an error never contains a secret or the user's words."""


class Unreachable(BrainError):
    """A service did not answer in time or reported a failure. The effect of the call is unknown.

    `used_up`: words for the caller that say which limit of a plan is used up, if one is.
    """

    used_up = ""


class StoreUnreachable(Unreachable):
    """The state store could not be reached."""


class StoreRefused(StoreUnreachable):
    """The state store refuses the call for good, such as a key of the wrong type or a script error.

    Whoever can do without the store may go on. A caller is not told to try again.
    """


class QueueUnreachable(Unreachable):
    """The queue did not acknowledge a message."""


class ChannelUnreachable(Unreachable):
    """The channel did not take an event."""


class DatabaseUnreachable(Unreachable):
    """The database could not be reached in time."""


class DatabaseRefused(DatabaseUnreachable):
    """The database refuses the call for good, such as a value that it cannot store.

    Whoever can do without the database may go on. A caller is not told to try again.
    """


class MailboxUnreachable(Unreachable):
    """The email account could not be reached, or the login failed."""


class CheckerUnreachable(Unreachable):
    """The process that checks front ends' schemas did not start or is overloaded."""


class VendorUnreachable(Unreachable):
    """A vendor of speech models did not answer in time or reported a failure."""


class VendorBusy(BrainError):
    """A vendor of speech models wants fewer requests."""

    def __init__(self, vendor: str, retry_after_s: float) -> None:
        super().__init__(f"{vendor} is busy")
        self.retry_after_s = retry_after_s


class VendorRefused(BrainError):
    """A vendor of speech models refuses, or its answer cannot be used. The text never quotes it."""


class VendorAbsent(BrainError):
    """A vendor of speech models is not set up in this deployment."""


class ReaderUnreachable(Unreachable):
    """The process that reads a file did not start, or is overloaded."""


class TooManyTexts(BrainError):
    """The user sent too many texts within a minute. This text was not accepted."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many texts")
        self.retry_after_s = retry_after_s


class TooManyTries(BrainError):
    """Too many wrong access keys or passwords came lately. This one was not looked at."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many wrong tries")
        self.retry_after_s = retry_after_s


class QuestionClosed(BrainError):
    """The question does not accept this decision. Nothing was accepted. `state` says why."""

    def __init__(
        self, state: Literal["unknown", "expired", "superseded", "decided", "newer"]
    ) -> None:
        super().__init__(f"the question is {state}")
        self.state = state


class LeaseLost(BrainError):
    """This invocation is no longer the user's brain. It must not change or show anything.

    `undone` are positions of texts that were lately taken back, perhaps its own.
    """

    def __init__(self, reason: str, *, undone: Iterable[int] = ()) -> None:
        super().__init__(reason)
        self.undone = frozenset(undone)


class RunStopped(LeaseLost):
    """The user has stopped the run. Its last message is recorded."""


class OutOfTime(Exception):
    """The invocation's time ended within a loop. `text` is the model's answer so far.

    None: the model was not asked.
    """

    def __init__(self, text: str | None = "") -> None:
        super().__init__("out of time")
        self.text = text


class FaultClass(StrEnum):
    """Why a model gave no usable answer. The class decides what is done and what the user hears."""

    MOMENT = "moment"  # a failure that may be gone at the next try
    BUSY = "busy"  # too many requests, or a server that still loads the model
    NO_TOOLS = "no tools"  # the model cannot use tools
    NO_ACCESS = "no access"  # the key, the credit or the model's name
    TOO_LONG = "too long"  # the request does not fit the model's window
    FILTERED = "filtered"  # the provider's content filter
    REQUEST = "request"  # the server does not accept the form of the request


class ModelFault(BrainError):
    """No usable answer. `fault` says why, `refusal` (why a run ends) and `model` say more."""

    def __init__(self, reason: str, *, fault: FaultClass = FaultClass.MOMENT) -> None:
        super().__init__(reason)
        self.fault, self.refusal, self.model = fault, "", ""


class ModelUnavailable(ModelFault):
    """No answer began within the time limit, including retries and fallback models."""


class ModelCut(ModelFault):
    """The answer was cut off. `text` is its text before the cut, without tool calls.

    `at_limit`: the provider itself ended the answer, for example at a limit of its length. Then the
    model can be asked to go on after `text`, which is empty if it has calls. `tokens` it has used.
    """

    def __init__(
        self, reason: str, *, text: str = "", at_limit: bool = False, tokens: int = 0
    ) -> None:
        super().__init__(reason)
        self.text, self.at_limit, self.tokens = text, at_limit, tokens


class ModelRefused(ModelFault):
    """The provider rejects the request: the key, the model's name or the request is invalid."""

    def __init__(self, reason: str, *, fault: FaultClass = FaultClass.REQUEST) -> None:
        super().__init__(reason, fault=fault)


class ToolFault(BrainError):
    """A tool call failed. The text is the result that the model reads.

    `foreign`: it quotes text by third parties, such as a title or the words of a server.
    """

    def __init__(self, text: str, *, foreign: bool = False) -> None:
        super().__init__(text)
        self.foreign = foreign


class PageUnreadable(BrainError):
    """A web page cannot be opened or read. The text is for the model, and quotes nothing of it."""


class EntryUnreadable(BrainError):
    """A stored form cannot be read by this version of the code."""


class SettingMissing(BrainError):
    """An environment variable is missing or malformed. The text names it without its value."""


class TokenRefused(BrainError):
    """The caller's token is missing or invalid."""


class SignatureRefused(BrainError):
    """The signature of a callback is invalid.

    The queue signs the address and the body. The channel signs the body with a recent time.
    """


class WebhookUnreadable(BrainError, ValueError):
    """The body of a signed callback is invalid. The text names the field without its value."""

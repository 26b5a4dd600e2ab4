"""What can go wrong, named by what happened.

    BrainError
    ├── Unreachable            a service did not answer in time; its effect is unknown
    │   ├── StoreUnreachable       the state store (Redis)
    │   ├── QueueUnreachable       the queue (QStash)
    │   ├── ChannelUnreachable     the channel (Pusher)
    │   ├── DatabaseUnreachable    the database (Postgres)
    │   ├── MailboxUnreachable     the email account (IMAP)
    │   └── CheckerUnreachable     the process that checks a front end's schemas
    ├── TooManyTexts           the user's rate; nothing was accepted
    ├── QuestionClosed         the question takes no decision any more, or there is none
    ├── LeaseLost              another invocation holds the newest fence, or ours ran out
    │   └── RunStopped             the user has stopped the run
    ├── ModelFault             the model gave no usable answer
    │   ├── ModelUnavailable       unreachable, overloaded, or an error in an answer's place
    │   ├── ModelCut               the answer began and did not end; `text` is what came
    │   └── ModelRefused           the provider will never take this request
    ├── ToolFault              a tool could not do what was asked; the text is for the model
    ├── PageUnreadable         an address of the web is not opened, or gives nothing to read
    ├── EntryUnreadable        a stored form that this code cannot load
    ├── SettingMissing         an environment variable is missing or malformed; the text names it
    ├── TokenRefused           no token, or one that does not hold
    ├── SignatureRefused       a callback that the queue, or the channel, did not sign
    └── WebhookUnreadable      a signed callback of another shape; the text names the field

Adapters translate the errors of their libraries into these at the border: nothing above them
knows httpx or psycopg.
"""

from typing import Literal


class BrainError(Exception):
    """The root. Its text never holds a secret or the user's words."""


class Unreachable(BrainError):
    """A service did not answer within our limit, or answered that it cannot; the effect is
    unknown.
    """


class StoreUnreachable(Unreachable):
    """The state store could not be reached."""


class QueueUnreachable(Unreachable):
    """The queue did not acknowledge a message."""


class ChannelUnreachable(Unreachable):
    """The channel did not take an event."""


class DatabaseUnreachable(Unreachable):
    """The database could not be reached, or not in time."""


class MailboxUnreachable(Unreachable):
    """The email account could not be reached, or did not let us in."""


class CheckerUnreachable(Unreachable):
    """The process that checks foreign schemas does not start, or has too much to do."""


class TooManyTexts(BrainError):
    """More texts of one user than the window allows: this one was not accepted."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many texts")
        self.retry_after_s = retry_after_s


class QuestionClosed(BrainError):
    """A decision on a question that takes none: nothing was accepted. `state` says why."""

    def __init__(self, state: Literal["unknown", "expired", "superseded", "decided"]) -> None:
        super().__init__(f"the question is {state}")
        self.state = state


class LeaseLost(BrainError):
    """This invocation is no longer the user's brain: it must change and show nothing more."""


class RunStopped(LeaseLost):
    """The user has stopped the run: it has its last word already."""


class ModelFault(BrainError):
    """The model gave no usable answer."""


class ModelUnavailable(ModelFault):
    """No answer within the limit, retries and fallback models included."""


class ModelCut(ModelFault):
    """The answer began and did not end. `text` is what came before the cut, without tool calls."""

    def __init__(self, reason: str, *, text: str = "") -> None:
        super().__init__(reason)
        self.text = text


class ModelRefused(ModelFault):
    """The provider refuses this request for good: the key, the model's name or the request is
    wrong.
    """


class ToolFault(BrainError):
    """A tool could not do what was asked. Its text is the result that the model reads."""


class PageUnreadable(BrainError):
    """An address of the web is not opened, or what it gives cannot be read. The text says why in
    words for the model, and holds nothing of the address or of what a server said.
    """


class EntryUnreadable(BrainError):
    """A stored form that this code cannot load."""


class SettingMissing(BrainError):
    """An environment variable is missing or malformed. The text names it and shows no value."""


class TokenRefused(BrainError):
    """The caller has no token, or one that does not hold."""


class SignatureRefused(BrainError):
    """The callback was not signed by the queue, for this address and this body; or not by the
    channel, for this body and lately.
    """


class WebhookUnreadable(BrainError, ValueError):
    """A signed callback whose body does not fit the schema. The text names the field, and shows
    nothing of it.
    """

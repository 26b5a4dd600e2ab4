"""What a user can ask of their brain: to take in a text, to take one back, or to stop."""

from typing import Literal

from msgspec import Struct

from brain.run.messages import CallTurn, Decision, Draft, Remark, Utterance, UtteranceDraft
from brain.run.moves import LeaseToken
from brain.tools.spec import ClientTool


class UserRequest(Struct, frozen=True, kw_only=True):
    """A text that a caller sends to a user's brain.

    `patience_s` is how many seconds the caller waits for the answer; None if it did not say.
    `language` and `zone` are what the user's device says: a BCP 47 tag, an IANA name. `turn`,
    `replaces` and `speculative` are those of `UtteranceDraft`. `amends`: or it replaces what its
    turn now has.
    `device` is the page that sends it, as the store names pages; empty if that is not known.
    """

    user_id: str
    text: str
    message_id: str
    agent_call_id: str | None = None
    recent_context: tuple[Remark, ...] = ()
    client_tools: tuple[ClientTool, ...] = ()
    decision: Decision | None = None
    patience_s: float | None = None
    language: str | None = None
    zone: str | None = None
    turn: CallTurn | None = None
    replaces: str | None = None
    amends: bool = False
    speculative: bool = False
    device: str = ""


class Stop(Struct, frozen=True, kw_only=True):
    """The user's request to end a run now. `run_id` None means the run that is open.

    The store records `plain` as the run's last message, or `unsure` if the run is stopped while a
    tool may be acting on the outside world.
    """

    user_id: str
    run_id: str | None
    plain: Draft
    unsure: Draft


class Withdraw(Struct, frozen=True, kw_only=True):
    """The user's request to take back the text with the message id of `entry`, which has no text.

    The store records `entry` as a withdrawal, unless the text stands.
    """

    user_id: str
    entry: UtteranceDraft


class Withdrawal(Struct, frozen=True, kw_only=True):
    """What became of a request to take back the text at `seq`.

    withdrawn: it is taken back; `entry` says so in the log, None if another text has taken its
    place. stands: it has had an effect, or was answered and heard. `successor` is set if its run
    goes on without it: the queue has to call this invocation.
    """

    state: Literal["withdrawn", "stands"]
    seq: int
    entry: Utterance | None = None
    successor: LeaseToken | None = None

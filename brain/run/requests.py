"""What a user can ask of their brain: to take in a text, or to stop.

These values come from the routes. `brain.run.moves` has the values that go to the state store and
come back from it.
"""

from dataclasses import dataclass

from brain.run.messages import Decision, Draft, Remark
from brain.tools.spec import ClientTool


@dataclass(frozen=True, kw_only=True, slots=True)
class UserRequest:
    """A text that a caller sends to a user's brain.

    `patience_s` is how many seconds the caller waits for the answer; None if it did not say.
    `language` is the language of the user's device, a BCP 47 tag.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """The user's request to end a run now. `run_id` None means the run that is open.

    The store records `plain` as the run's last message, or `unsure` if the run is stopped while a
    tool may be acting on the outside world.
    """

    user_id: str
    run_id: str | None
    plain: Draft
    unsure: Draft

"""All limits of the brain: how much a run may use, and how much text the model is shown."""

from msgspec import Struct

from brain.run.journal import Spent

LEASE_S = 10.0  # seconds; every commit renews the lease, and so does every third of this time
HANDOVER_S = 10.0  # seconds for the queue to call the successor; then any invocation may take over
LAST_LOOPS = 1  # final loops in which the model is told to finish


class Limits(Struct, frozen=True, kw_only=True):
    """The limits. A run that exceeds one of its limits ends, and the user is told why."""

    lease_s: float = LEASE_S
    handover_s: float = HANDOVER_S
    look_s: float = 1.0  # seconds between checks whether the user has stopped the run
    loops: int = 50  # model calls in one run; a long task of 40 steps fits
    wall_s: float = 3600.0  # seconds from the first text to the last answer
    tokens: int = 1_000_000  # prompt and answer tokens of one run, as far as reported
    handoffs: int = 60  # invocations of one run; at 300 s each, `wall_s` comes first
    attempts: int = 3  # invocations that may crash at one step before the run ends
    model_s: float = 120.0  # seconds for one answer of the model, retries included
    tool_result_chars: int = 20_000  # of one tool result; a note replaces the rest
    history_chars: int = 24_000  # of the log that the model is shown (about 6,000 tokens)
    journal_chars: int = 120_000  # of the run's transcript; the oldest tool results go first
    tail_entries: int = 40  # newest log entries that an admission returns
    question_s: float = 7 * 24 * 3600.0  # seconds until a question to the user expires
    spoken_yes_s: float = 180.0  # seconds within which a spoken yes answers a question
    settle_s: float = 0.7  # seconds after which a text that may not be whole counts as whole
    abandoned_s: float = 10.0  # seconds after its caller has gone, after which nothing follows it
    client_tool_s: float = 600.0  # seconds a front end has to run one of its own tools
    heard_entries: int = 40  # messages for which the store keeps how much was heard
    texts_per_minute: int = 60  # texts of one user in a sliding minute
    log_entries: int = 1_000  # log entries that the state store keeps
    calls_per_answer: int = 16  # tool calls in one answer; further calls are refused
    message_chars: int = 32_000  # of one message to the user

    def exceeded(self, spent: Spent, *, now_ms: int) -> str:
        """Return why the run has to end before its next loop; empty if it may continue."""
        if spent.loops >= self.loops:
            return "loops"
        if now_ms - spent.started_ms >= self.wall_s * 1000:
            return "time"
        if spent.tokens >= self.tokens:
            return "tokens"
        if spent.handoffs >= self.handoffs:
            return "handoffs"
        if spent.attempts >= self.attempts:
            return "attempts"
        return ""

    def is_last_loop(self, spent: Spent) -> bool:
        """Whether the model has to be told to finish."""
        return spent.loops >= self.loops - LAST_LOOPS

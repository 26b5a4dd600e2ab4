"""Every bound of the brain in one place: what a run may cost, and what the model is shown."""

from dataclasses import dataclass

from brain.run.journal import Spent

LEASE_S = 30.0  # seconds without a sign of life; renewals come with every commit and every third
HANDOVER_S = 10.0  # seconds for the queue to call the successor before anyone may take over
LAST_LOOPS = 1  # loops before the end in which the model is told to come to one


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The bounds. Beyond those of a run the user is told, and the run ends."""

    lease_s: float = LEASE_S
    handover_s: float = HANDOVER_S
    look_s: float = 1.0  # seconds between looks at whether the user has stopped the run
    loops: int = 50  # model calls of a run; a long task of 40 steps fits
    wall_s: float = 3600.0  # seconds from the first text to the last answer
    tokens: int = 1_000_000  # prompt and answer tokens of a run, as far as the provider tells
    handoffs: int = 60  # invocations of a run; at 300 s each the wall comes first
    attempts: int = 3  # invocations that may die at one step before it is given up
    model_s: float = 120.0  # seconds for one answer of the model, its retries included
    tool_result_chars: int = 20_000  # of one tool result; the rest is cut with a word on it
    history_chars: int = 24_000  # of the log's tail that the model is shown (about 6,000 tokens)
    journal_chars: int = 120_000  # of the run's transcript; older tool results are left out first
    tail_entries: int = 40  # entries of the log that admission hands back
    question_s: float = 7 * 24 * 3600.0  # seconds that a question waits for the user's decision
    client_tool_s: float = 600.0  # seconds that a front end may take to run a tool of its own
    heard_entries: int = 40  # messages of which it is known how much the user has heard
    texts_per_minute: int = 60  # texts of one user in a sliding minute
    log_entries: int = 1_000  # of the log in the state store
    calls_per_answer: int = 16  # tool calls of one answer; more come back as refused
    message_chars: int = 32_000  # of one message to the user

    def exceeded(self, spent: Spent, *, now_ms: int) -> str:
        """Why the run has to end before its next loop; empty if it need not."""
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
        """Whether the model should be told to come to an end."""
        return spent.loops >= self.loops - LAST_LOOPS

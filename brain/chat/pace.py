"""How long the next model call and its tools are likely to take. Pure."""


def has_time(*, now: float, cut: float, pace_s: float, first: bool) -> bool:
    """Whether a loop is likely to end before `cut` (seconds on the same clock as `now`).

    An invocation always tries its first loop. Otherwise a slow model would cause endless hand-overs
    without any progress.
    """
    return now < cut if first else now + pace_s < cut


def pace(*, before_ms: int, last_s: float) -> int:
    """Estimate how long the next loop takes, in milliseconds.

    A slower loop raises the estimate at once; a faster one lowers it by half of the difference.
    """
    last_ms = round(last_s * 1000)
    return last_ms if last_ms >= before_ms else (before_ms + last_ms) // 2

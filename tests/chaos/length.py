"""How far the enumerations go: as far as a test run bears, or all the way with CHAOS=long."""

import os

IS_LONG = os.environ.get("CHAOS") == "long"
LONG_S = 4 * 3600  # seconds that a test may take then
SHORT_S = 900  # and otherwise; half a minute at most on an idle machine


def every(nth: int) -> int:
    """Each so-manieth history; each one in a long enumeration."""
    return 1 if IS_LONG else nth

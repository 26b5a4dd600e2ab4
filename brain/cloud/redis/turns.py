"""The last turn of each call, in the format of the run hash."""

import re

from brain.codec import Form, fingerprint
from brain.run.messages import CallTurn
from brain.run.store import LastTurn

TURN = Form(CallTurn)
_TURN = re.compile(r"(\w{1,64}):(\d{1,15}):(\d{1,15}):(\d{1,15})")


def call_name(call: str) -> str:
    """Return a short name for a call, of letters and digits."""
    return fingerprint({"call": call})


def turns_in(stored: str) -> dict[str, LastTurn]:
    """Parse `<call>:<index>:<ms>:<seq>`, separated by spaces. Those of newer code are left out."""
    found = (_TURN.fullmatch(part) for part in stored.split())
    return {
        turn[1]: LastTurn(index=int(turn[2]), asked_ms=int(turn[3]), seq=int(turn[4]))
        for turn in found
        if turn
    }

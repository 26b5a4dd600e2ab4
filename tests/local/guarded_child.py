"""A child for the tests of the guard: says when it is up and when it was told to end."""

import os
import signal
import sys
from types import FrameType


def say(line: str) -> None:
    """In one piece: brothers share the pipe."""
    os.write(sys.stdout.fileno(), line.encode() + b"\n")


def main(name: str) -> None:
    if name == "leader" and os.fork() == 0:
        name = "member"

    def end(_number: int, _frame: FrameType | None) -> None:
        say(f"{name} was told")
        if name != "stubborn":
            os._exit(0)

    signal.signal(signal.SIGTERM, end)
    say(f"{name} is up")
    while True:
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])

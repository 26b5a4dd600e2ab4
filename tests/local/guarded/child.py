"""A child process for the guard's tests: prints when it is up and when it gets a signal to end."""

import os
import signal
import sys
from types import FrameType


def say(line: str) -> None:
    """Write in one call, because several children share the pipe."""
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

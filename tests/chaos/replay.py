"""Plays a history again and tells it step by step.

python -m tests.chaos.replay 4711                        the long history of a seed
python -m tests.chaos.replay tools kill.after@7          a story with its faults
python -m tests.chaos.replay seed-4711 lost@3 text@9     a seed's story with other faults
"""

import sys
from collections.abc import Sequence

from tests.chaos.faults import Fault
from tests.chaos.histories import History, play
from tests.chaos.sampling import sample, story_of
from tests.chaos.stories import Story, named

SEEDED = "seed-"


def replay(words: Sequence[str]) -> History:
    """The history that these words name."""
    name, *faults = words
    if name.isdecimal():
        return sample(int(name))
    return play(_story(name), [Fault.parse(fault) for fault in faults])


def _story(name: str) -> Story:
    if name.startswith(SEEDED):
        return story_of(int(name.removeprefix(SEEDED)))
    return named(name)


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    history = replay(sys.argv[1:])
    print(*history.trace, f"history: {history}", sep="\n")
    print(*(history.wrong or ["nothing is wrong"]), sep="\n")
    return 1 if history.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

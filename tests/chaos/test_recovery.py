"""A run whose process is killed goes on within 15 seconds, with the limits that are the default."""

from msgspec.structs import replace

from brain.run.limits import LEASE_S, Limits
from tests.chaos.faults import Fault
from tests.chaos.histories import History, play
from tests.chaos.stories import END, STEP, Beat, Story

PROMISED_S = 15.0  # seconds from the kill to the run's next step
LONG_STEP = replace(STEP, delay_s=17.0)  # longer than a lease: renewals and wake-ups come within it
# The caller hangs up at once and never comes back, so only wake-ups can continue the run.
STORY = Story(
    name="killed",
    beats=(STEP, LONG_STEP, STEP, Beat(calls=STEP.calls, delay_s=6.0), END),
    limits=Limits(),
    patience_s=0.5,
    tries=1,
)


def test_a_killed_run_goes_on_within_fifteen_seconds() -> None:
    assert LEASE_S <= 10
    waits: list[float] = []
    for place in play(STORY).points:
        for when in ("before", "after"):
            history = play(STORY, [Fault(place.number, f"kill.{when}")])
            assert history.wrong == ()
            waits += recovery(history)
    print(f"{len(waits)} recoveries, the longest after {max(waits):.1f} s")
    assert len(waits) > 20
    assert max(waits) <= PROMISED_S


def recovery(history: History) -> list[float]:
    """The seconds from the killed process's last sign of life (it looks at its lease every second)
    until another one asks the model or ends the run. None if the kill hit a run that nobody had
    been promised, or one that had ended.
    """
    name = next(line for line in history.trace if "!! kill" in line).split()[1]
    lines = [(float(line.split()[0]), line) for line in history.trace]
    at = max(time for time, line in lines if line.split()[1] == name)
    steps = (time for time, line in lines if " model." in line or " store.finish" in line)
    return [time - at for time in steps if time > at][:1]

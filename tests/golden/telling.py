"""Tells stories on a Redis: what each step gave, and what it changed."""

from typing import Any

from tests.golden.actors import Brain, Step, Story
from tests.golden.forms import RENAMED, plain
from tests.golden.keeps import Keep, State, changed, changes

type Told = dict[str, Any]


async def tell(keep: Keep, step: Step, before: State) -> tuple[Told, State]:
    """Do the step, in a process of its own: what is recorded of it, and the state after it."""
    keep.clock.ms += _ms(step)
    try:
        gave: Told = {"gave": plain(await step.call(Brain(keep)))}
    except Exception as error:  # noqa: BLE001 - the error itself is what is recorded
        name = type(error).__name__
        gave = {"raised": RENAMED.get(name, name)}
    after = _uncounted(await keep.take_out())
    news = {"news": keep.told} if keep.told is not None else {}
    return {"step": step.name, **gave, **news, "changed": changes(before, after)}, after


async def tell_all(keep: Keep, story: Story) -> list[Told]:
    """The story from its beginning."""
    state: State = {}
    telling = []
    for step in story:
        told, after = await tell(keep, step, state)
        assert changed(state, told["changed"]) == after
        telling.append(told)
        state = after
    return telling


async def tell_from(keep: Keep, story: Story, place: int, golden: list[Told]) -> Told:
    """The step at this place, on the keys that the steps before it have left in the golden file."""
    state: State = {}
    for step, told in zip(story[:place], golden, strict=False):
        keep.clock.ms += _ms(step)
        state = changed(state, told["changed"])
    await keep.put_back(state)
    told, _ = await tell(keep, story[place], state)
    return told


def seen(told: Told, keep: Keep) -> Told:
    """The golden step without the news, where the Redis does not show what is published."""
    return {key: value for key, value in told.items() if key != "news" or keep.told is not None}


def _uncounted(state: State) -> State:
    """Without the count of what the run has used, which changes with each script's commands, and
    without what saves commands: when a time to live was set, and a copy of a mark.
    """
    for name in ("receipt", "kept", "opened", "stood", "followed"):
        state.get("run", {}).get("hash", {}).pop(name, None)
    return state


def _ms(step: Step) -> int:
    return round(step.after_s * 1000)

"""Deliberate bugs, each of which the simulator has to notice.

A bug in a script is a change of its text on the way to the store. A bug in a flow is a change of a
module's text, which is loaded under another name, so that the product itself stays as it is.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from types import ModuleType
from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.cloud.redis.store import RedisStore
from brain.run.limits import Limits
from tests.chaos.product import Product
from tests.fakes.house import Parts

COPY = "chaos_mutant"
# The modules that are loaded once more, in the order in which they need each other.
MODULES = (
    "run.lease", "run.wakeup", "run.deliver", "run.services", "run.run_state",
    "run.turn", "run.admit", "run.reinvoke", "preferences.flow", "memory.services",
    "memory.archiving", "memory.flow", "notices.services", "notices.assessing",
    "notices.flow", "questions.flow", "questions.whole", "questions.settling",
    "questions.aside.flow", "events.flow", "run.asking", "run.work", "run.model", "run.loop",
    "run.go", "http.stopping", "http.waiting",
)  # fmt: skip
IMPORTED = re.compile(rf"^from brain\.({'|'.join(map(re.escape, MODULES))}) import", re.MULTILINE)


class Unfit(AssertionError):
    """A mutant whose place in the product is not there any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A piece of text for another, in a script (`notices/pending.lua`) or a flow (`run/go.py`)."""

    file: str
    old: str
    new: str

    def apply(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise Unfit(f"{self.file} holds {text.count(self.old)} times: {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A bug, and the stories that are most likely to show it."""

    name: str
    stories: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    store: Callable[[Redis, Limits], Any] = field(default=RedisStore)


def change(file: str, old: str, new: str) -> Change:
    return Change(file=file, old=old, new=new)


def bug(name: str, stories: str, *changes: Change) -> Mutant:
    return Mutant(name=name, stories=tuple(stories.split()), changes=changes)


@contextmanager
def product_of(mutant: Mutant) -> Iterator[Product]:
    """The product with this bug; gone again when the context ends."""
    scripts = [change for change in mutant.changes if change.file.endswith(".lua")]
    flows = [change for change in mutant.changes if change.file.endswith(".py")]
    edit = _editor(scripts)
    if not flows:
        yield Product(edit=edit, store=mutant.store)
        return
    try:
        loaded = _load(flows)
        yield Product(
            brain_go=loaded["run.go"].brain_go,
            brain_again=loaded["run.go"].brain_again,
            wait_for=loaded["http.waiting"].wait_for,
            stop_run=loaded["http.stopping"].stop_run,
            take_word=loaded["events.flow"].take_word,
            reply=loaded["run.deliver"].Reply,
            parts=_parts(loaded),
            store=mutant.store,
            edit=edit,
        )
    finally:
        for name in MODULES:
            sys.modules.pop(f"{COPY}.{name}", None)


def _parts(loaded: dict[str, ModuleType]) -> Parts:
    notices, memory = loaded["notices.flow"], loaded["memory.flow"]
    parts = (
        loaded["run.services"].Services,
        notices.Notices,
        loaded["notices.services"].NoticeServices,
        memory.Memory,
        loaded["memory.services"].MemoryServices,
        loaded["questions.flow"].SpokenDecisions,
        loaded["questions.flow"].AskUnlessTrusted,
        loaded["questions.settling"].Settles,
        loaded["questions.aside.flow"].AnswersAside,
    )
    return {part.__name__: part for part in parts}


def _editor(changes: list[Change]) -> Callable[[str], str]:
    """Changes the scripts that the changes are meant for, as the store sends them."""
    for change in changes:
        change.apply((files("brain") / change.file).read_text("utf-8"))

    def edit(script: str) -> str:
        for change in changes:
            script = script.replace(change.old, change.new)
        return script

    return edit


def _load(changes: list[Change]) -> dict[str, ModuleType]:
    """The modules once more, under another name, with the changes in their text."""
    loaded: dict[str, ModuleType] = {}
    for name in MODULES:
        path = f"{name.replace('.', '/')}.py"
        text = (files("brain") / path).read_text("utf-8")
        for change in changes:
            if change.file == path:
                text = change.apply(text)
        module = ModuleType(f"{COPY}.{name}")
        loaded[name] = sys.modules[module.__name__] = module
        copied = IMPORTED.sub(rf"from {COPY}.\1 import", text)
        exec(compile(copied, f"{COPY}/{path}", "exec"), module.__dict__)
    return loaded

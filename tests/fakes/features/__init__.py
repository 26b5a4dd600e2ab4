"""What each feature adds to the test house: a module for each, under the feature's name.

They are found by the names that the wiring lists, and nothing else names them. So a feature that
is not listed, or whose package is not there, is not missed here.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.feature import Feature
from brain.wiring import FEATURES


def adapted(ports: Any) -> tuple[Feature, ...]:
    """The features over a test's ports, in the order of the wiring."""
    return tuple(module.feature(ports) for module in _modules())


def kept(redis: Redis, *, wishes: Any = None) -> dict[str, Any]:
    """The features' own ports by name, as far as they are kept in `redis` or among the user's
    wishes.
    """
    made: dict[str, Any] = {}
    for module in _modules():
        if keep := getattr(module, "kept", None):
            made |= keep(redis, wishes)
    return made


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = [f"{__name__}.{name}" for name in FEATURES]
    return tuple(import_module(name) for name in names if find_spec(name))

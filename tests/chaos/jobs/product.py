"""The parts of the product that a history of jobs runs: the real ones, or copies with a bug."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Product:
    """`copies` are modules that stand in for those of the same name."""

    copies: Mapping[str, ModuleType] = field(default_factory=dict)

    def part(self, module: str, name: str) -> Any:
        """A function or a class of the product."""
        return getattr(self.copies.get(module) or import_module(module), name)

    def flow(self, name: str) -> Callable[..., Any]:
        """A function of `brain.jobs.flow`."""
        found: Callable[..., Any] = self.part("brain.jobs.flow", name)
        return found


PRODUCT = Product()

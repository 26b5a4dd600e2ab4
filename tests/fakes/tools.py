"""A tool that keeps what it was told, in each way a tool can be."""

import asyncio

from brain.domain.errors import ToolFault
from brain.domain.tools import Effect, ToolSpec
from brain.ports import Errand


class NoteTool:
    """Notes a text. `knows`: its far side can tell later whether it was noted."""

    def __init__(
        self,
        effect: Effect,
        *,
        seconds: float = 0,
        fails: bool = False,
        breaks: bool = False,
        knows: bool = False,
    ) -> None:
        self.notes: list[str] = []
        self.keys: list[str] = []
        self._seconds = seconds
        self._fails = fails
        self._breaks = breaks
        self._knows = knows
        self._effect = effect

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(
            name="note",
            description="Keeps a text.",
            parameters={
                "type": "object",
                "properties": {"text": {"type": "string"}},
                "required": ["text"],
            },
            effect=self._effect,
        )

    async def run(self, errand: Errand) -> str:
        if self._fails:
            raise ToolFault("It cannot be noted.")
        if self._breaks:
            raise RuntimeError("a secret")
        self.keys.append(errand.idempotency_key)
        self.notes.append(errand.arguments["text"])
        await asyncio.sleep(self._seconds)
        return f"Noted {errand.arguments['text']}."

    async def outcome(self, errand: Errand) -> str | None:
        if not self._knows:
            return None
        if errand.idempotency_key not in self.keys:
            raise ToolFault("It was not noted.")
        return f"Noted {errand.arguments['text']}."

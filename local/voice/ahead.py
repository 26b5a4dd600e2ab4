"""Recognises what was said before it is certain that the speaker has finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from local.voice.turns import Ended, Paused

type Recognise = Callable[[bytes], Coroutine[Any, Any, str]]


class Ahead:
    """The words before the last pause. They are a turn's if nothing was said after the pause."""

    def __init__(self, recognise: Recognise) -> None:
        self._recognise = recognise
        self._at_s = 0.0
        self._words: asyncio.Task[str] | None = None

    def begin(self, pause: Paused) -> None:
        self.drop()
        self._at_s = pause.at_s
        self._words = asyncio.create_task(self._recognise(pause.pcm))

    async def words(self, turn: Ended) -> str:
        """Return the words of a turn, which may be known or on their way."""
        begun, self._words = self._words, None
        if begun and self._at_s == turn.at_s:
            return await begun
        if begun:
            begun.cancel()
        return await self._recognise(turn.pcm)

    def drop(self) -> None:
        if self._words:
            self._words.cancel()
        self._words = None

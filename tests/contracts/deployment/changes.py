"""Small changes of whole answers, of which faults are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.deployment.faults import Answer, Fault, Json

type Plant = tuple[str, Fault]  # the name of the promise that it breaks


def put(**fields: Any) -> Callable[[Answer], None]:
    """Return a change that sets fields of an object."""
    return lambda answer: answer.alter(lambda content: content.update(fields))


def dropped(name: str) -> Callable[[Answer], None]:
    """Return a change that leaves a header out."""

    def change(answer: Answer) -> None:
        answer.headers.pop(name, None)

    return change


def headed(name: str, value: str) -> Callable[[Answer], None]:
    return lambda answer: answer.headers.update({name: value})


def status(was: int, now: int) -> Callable[[Answer], None]:
    """Return a change of one status to another."""

    def change(answer: Answer) -> None:
        if answer.status == was:
            answer.status = now
            if answer.body.startswith(b'{"type"'):
                answer.alter(lambda content: content.update(status=now))

    return change


def failing(check: Json) -> Callable[[Answer], None]:
    """Return a change of a health report: the queue fails with this check."""

    def with_fault(content: Json) -> None:
        content["checks"]["queue"] = check
        content["ok"] = False

    return lambda answer: answer.alter(with_fault)

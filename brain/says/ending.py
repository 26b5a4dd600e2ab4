"""Chooses what the user hears when a run ends without the model's own last words.

This is the only place that knows the sentence for each reason. What was done in the run comes
first: a user who hears only "ask again" would ask for the same act again.
"""

import re
from collections.abc import Sequence

from brain.errors import FaultClass, ModelCut, ModelFault
from brain.says.texts import Texts

STUCK = "stuck"  # the reason why a run ends in which one call failed again and again
MOST_ACTS = 5  # acts that are named: the last ones
OF_THE_MODEL = frozenset(
    {"model", "no tools", "no access", "request", "too long", "filtered", "cut"}
    | {"modelKey", "modelQuota", "modelName"}
)
OF_THE_OPERATOR = frozenset({"modelKey", "modelQuota", "modelName"})  # whom alone they concern

_REASONS = {
    FaultClass.MOMENT: "model",
    FaultClass.BUSY: "model",
    FaultClass.NO_TOOLS: "no tools",
    FaultClass.NO_ACCESS: "no access",
    FaultClass.TOO_LONG: "too long",
    FaultClass.FILTERED: "filtered",
    FaultClass.REQUEST: "request",
}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+")


def reason_of(fault: ModelFault) -> str:
    """Return the key in `LAST_WORDS` for a fault of the model."""
    if isinstance(fault, ModelCut) and fault.at_limit:
        return "cut"
    return fault.refusal or _REASONS[fault.fault]


def last_words(
    texts: Texts,
    reason: str,
    *,
    done: Sequence[str] = (),
    is_unsure: bool = False,
    tool: str = "",
    model: str = "",
    is_operator: bool = True,
) -> str:
    """Return the last message of a run that ended for this reason: a key of `LAST_WORDS`, or STUCK.

    `done` are the sentences of what the run has done. `is_unsure`: an act may or may not have been
    done. `tool` is the name of the tool that failed each time, `model` that of the model.
    `is_operator`: the user runs this deployment; nobody else learns what is wrong with it.
    """
    if reason == STUCK:
        why = texts.did_not_work(in_words(tool))
    elif reason in OF_THE_OPERATOR and not is_operator:
        why = texts.NOT_SET_UP
    else:
        why = texts.LAST_WORDS[reason].replace("MODEL", model)
    acts = " ".join(tuple(dict.fromkeys(done))[-MOST_ACTS:])
    parts = [texts.that_is_done(acts)] if acts else []
    if is_unsure:
        parts.append(texts.UNSURE)
    if acts and reason in OF_THE_MODEL:
        parts.append(texts.UNSAID)
    elif not (is_unsure and reason in OF_THE_MODEL):
        parts.append(why)
    return " ".join(parts)


def in_words(tool: str) -> str:
    """Return a tool's name in words: `read document` for `readDocument`."""
    return _HUMP.sub(" ", tool).lower().strip()

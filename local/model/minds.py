"""The scripted model as a mind of a job: a helper, a reporter, a speaker, a player or a judge.

Which one it is follows from the tools that it is offered.
"""

import re
from collections.abc import Callable, Sequence

from local.model.directions import Json, Reply
from local.model.rules import call, keywords, shortened
from local.model.scene import Scene, fields, passages, read_scene

STEP_S = 2.0  # seconds for an answer, so that somebody can watch, tell and stop a helper
TALK_TURNS = 4  # texts of each speaker before one of them ends the talk
PLAYER_TURNS = 4  # texts of a simulated user before it ends
QUOTE_CHARS = 40
NARRATES = ("let me look", "first i look", "step 1 of")  # what a brain says that tells its steps

PRO = (
    "It saves an hour each day, and that is the dearest thing we have.",
    "Over five years it is the cheaper way, even if the first day is not.",
    "Three people would use it every week, so it would never stand still.",
    "And if we change our minds, it can be sold again.",
)
CON = (
    "That hour is only saved by whoever travels alone.",
    "Five years is a long time to bet on; repairs come in the third.",
    "It would stand still from Monday to Thursday, as the last one did.",
    "Then let us borrow one for a month first, and count the days.",
)
AGAINST = re.compile(r"\b(?:against|sceptic\w*|contra|con|dagegen)\b", re.IGNORECASE)

type Role = Callable[[Sequence[Json], Scene], Reply]


def as_mind(messages: Sequence[Json], tools: Sequence[Json]) -> Reply | None:
    """Return the answer of a mind of a job; None: this is the user's brain."""
    scene = read_scene(messages, tools)
    for tool, role in ROLES.items():
        if tool in scene.offered:
            return role(messages, scene)
    return None


def _helper(_: Sequence[Json], scene: Scene) -> Reply:
    """Look into the documents, or the web, and end with what is there."""
    task = shortened(scene.task)
    wanted = " ".join([keywords(scene.task), *map(keywords, scene.also)])
    if scene.turns == 0 and "noteProgress" in scene.offered:
        return _slow(call("noteProgress", text="Beginning.", share=0.1))
    for tool in ("searchDocuments", "searchWeb"):
        if tool in scene.offered and scene.result(tool) is None:
            return _slow(call(tool, query=wanted[:400] or "everything"))
    result = f"{task}: {_found(scene)}"
    if scene.result("noteResult") is None and "noteResult" in scene.offered:
        return _slow(call("noteResult", text=result))
    also = "".join(f" You also said: {text}" for text in scene.also)
    return _slow(call("finish", result=f"{result}{also}", complete=True, sources=[]))


def _found(scene: Scene) -> str:
    known = passages(scene.result("searchDocuments") or "")
    if known:
        return f"{known[0].title} says: {shortened(known[0].snippet)}"
    if pages := fields(scene.result("searchWeb") or "").get("results"):
        return f"{pages[0].get('title')} ({pages[0].get('url')}): {pages[0].get('snippet')}"
    return "I found nothing about that in the documents."


def _reporter(messages: Sequence[Json], _: Scene) -> Reply:
    """Say how many parts are complete, and repeat the results."""
    asked = _last_user_text(messages)
    parts = _PART.findall(asked)
    done = [part[1] for part in parts if part[2].startswith("complete")]
    lines = [f"- **{label}**: {shortened(_result(rest))}" for n, label, state, rest in parts]
    if counts := _COUNTS.search(asked):
        return _slow(_of_rehearsals(counts[1], parts, lines))
    headline = f"{len(done)} of {len(parts)} are done: {', '.join(done) or 'none'}."
    return _slow(
        call("fileReport", headline=headline[:300], summary="\n".join(lines) or "Nothing.")
    )


def _of_rehearsals(counts: str, parts: Sequence[tuple[str, ...]], lines: Sequence[str]) -> Reply:
    faulty = [int(n) for n, label, state, rest in parts if re.search(r"\bfailed\b|unsure", rest)]
    headline = f"The rehearsals: {counts}."[:300]
    summary = "\n".join(lines) or "Nothing."
    if not faulty:
        return call("fileReport", headline=headline, summary=summary, findings=[])
    wrong = _WRONG.search("\n".join(rest for *_, rest in parts))
    what = f"Not as expected: {wrong[1]}" if wrong else "It narrates its steps."
    finding = {"what": what[:1000], "runs": faulty[:10], "severity": "medium"}
    edit = {"find": None, "replace": "Never narrate your steps.", "because": [0]}
    return call(
        "fileReport",
        headline=headline,
        summary=summary,
        findings=[finding],
        suggestion={"edits": [edit]},
    )


def _result(rest: str) -> str:
    """Return what stands between the marks of a part."""
    found = re.search(r"<<<\n(.*?)\n>>>", rest, re.DOTALL)
    return found[1] if found else rest.strip() or "nothing"


def _speaker(messages: Sequence[Json], _: Scene) -> Reply:
    """Say the next argument of this side; after some turns, agree to end."""
    own = sum(message.get("role") == "assistant" for message in messages)
    if own >= TALK_TURNS:
        return _slow(call("endTalk", reached=True, why="We have heard both sides."))
    told = " ".join(str(m.get("content") or "") for m in messages if m.get("role") == "system")
    reason = (CON if _is_against(told) else PRO)[own % TALK_TURNS]
    asked = re.search(r"The listener: ([^\n]+)", _last_user_text(messages))
    return _slow(Reply(text=f"You say: {shortened(asked[1])} {reason}" if asked else reason))


def _is_against(told: str) -> bool:
    """Whether this speaker argues against it: every second one, else as its instructions say."""
    cast = _CAST.search(told)
    if cast is None:
        return AGAINST.search(told) is not None
    names = re.split(r", | and ", cast[1])
    return cast[2] in names and names.index(cast[2]) % 2 == 1


def _player(messages: Sequence[Json], _: Scene) -> Reply:
    """Say yes to a question; end if nothing was asked."""
    own = sum(message.get("role") == "assistant" for message in messages)
    said = _last_user_text(messages)
    if said.startswith("[") and "still working" in said:
        return call("next", text="And please be quick about it.")
    if "?" in said.split("\n", 1)[0] and own < PLAYER_TURNS:
        return call("next", text="Yes, please.")
    return call("next", done=True)


def _judge(messages: Sequence[Json], _: Scene) -> Reply:
    """Vote yes, with the assistant's first words; on narrating, look for it."""
    asked = _last_user_text(messages)
    said = [(int(seq), text.strip()) for seq, text in _SAID.findall(asked)]
    lines = asked.rpartition("The lines:\n")[2]
    votes = [_vote(int(n), line, said) for n, line in _LINE.findall(lines)]
    return call("judge", votes=votes)


def _vote(number: int, line: str, said: Sequence[tuple[int, str]]) -> Json:
    told = [one for one in said if any(words in one[1].casefold() for words in NARRATES)]
    is_bad = "narrate" in line and bool(told)
    seq, text = (told if is_bad else said or [(0, "")])[0]
    verdict = "no" if is_bad else "yes" if said else "cannotTell"
    return {"item": number, "verdict": verdict, "seq": seq, "quote": text[:QUOTE_CHARS]}


def _last_user_text(messages: Sequence[Json]) -> str:
    said = [str(m.get("content") or "") for m in messages if m.get("role") == "user"]
    return said[-1] if said else ""


def _slow(reply: Reply) -> Reply:
    return reply.model_copy(update={"delay_s": STEP_S})


_PART = re.compile(
    r"^Part (\d+), “(.*?)”: (complete|not complete)([\s\S]*?)(?=^Part \d+, “|\Z)", re.MULTILINE
)
_WRONG = re.compile(r"not as expected: (.+)")
_CAST = re.compile(r"talk between (.+?)\. You are (.+?)\.")
_COUNTS = re.compile(r"The counts: ([^.\n]+)\.")
_SAID = re.compile(r"^\[(\d+)\] assistant: (.+)$", re.MULTILINE)
_LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)

# By the tool that only this kind of mind is offered.
ROLES: dict[str, Role] = {
    "fileReport": _reporter,
    "judge": _judge,
    "next": _player,
    "endTalk": _speaker,
    "finish": _helper,
}

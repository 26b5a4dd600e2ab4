"""What the scripted model says: rules over the transcript, no intelligence, no memory.

It keeps no state. How far it has come with a request follows from the tool calls and results in
the messages it is shown, as for a real model; so it survives a hand-over like one.
"""

import re
from collections.abc import Callable, Sequence

from local.model.directions import Call, Json, Reply
from local.model.scene import Passage, Scene, fields, passages, read_scene

CONTINUE, QUIT = "sayToUserAndContinue", "sayToUserAndQuit"

STEP_S = 1.0  # seconds for a step of the long task, like a model call
STEPS = 12  # steps of the long task unless a number is named
MAX_STEPS = 40  # steps; more would only meet the run's own limits
THINK_S = 5  # seconds, unless a number is named
MAX_THINK_S = 60  # seconds
QUOTE_CHARS = 400  # characters; half a minute when read out
TITLE_WORDS = 6  # words of a note that make its title

HELP = (
    "I am a script, not a language model. I can remember notes, search, read and extend your "
    "documents, and pretend to work on a long task. Say for instance: remember that the bins go "
    "out on Tuesday. For real answers set OPENAI_API_KEY or OPENROUTER_API_KEY and start again."
)

_FILLERS = (
    "a about an and any are at can could did do document documents does for find from give has "
    "have help how i in is it know look me my notes of on or our please say search show tell "
    "that the there to up was we were what what's when where which who why will with would "
    "write written wrote you your"
)
FILLERS = frozenset(_FILLERS.split())

type Rule = Callable[[Scene, re.Match[str]], Reply]


def perform(messages: Sequence[Json], tools: Sequence[Json]) -> Reply:
    """The answer to this transcript. Only tools that are offered are called."""
    scene = read_scene(messages, tools)
    reply = _follow(scene)
    if scene.must_end and reply.calls and reply.calls[0].name != QUIT:
        return _quit(scene, "I have to stop here, before I was done.")
    return reply


def _follow(scene: Scene) -> Reply:
    for pattern, rule in RULES:
        if match := pattern.search(scene.task):
            return rule(scene, match)
    return _search(scene)


def _explain(scene: Scene, _: re.Match[str]) -> Reply:
    return _quit(scene, HELP)


def _long_task(scene: Scene, match: re.Match[str]) -> Reply:
    steps = min(int(match["steps"] or STEPS), MAX_STEPS)
    done = scene.turns
    if done >= steps or CONTINUE not in scene.offered:
        return _quit(scene, f"The long task is done, all {steps} steps of it.")
    told = {"message": f"Step {done + 1} of {steps} is done.", "progress": (done + 1) / steps}
    return Reply(calls=(Call(name=CONTINUE, arguments=told),), delay_s=STEP_S)


def _think(scene: Scene, match: re.Match[str]) -> Reply:
    seconds = min(int(match["seconds"] or THINK_S), MAX_THINK_S)
    reply = _quit(scene, f"I have thought about it for {seconds} seconds.")
    return reply.model_copy(update={"delay_s": float(seconds)})


def _steps(scene: Scene, match: re.Match[str]) -> Reply:
    said = match.groupdict().get("said")
    lines = (said, said) if said else ("First I look around.", "Then I put things together.")
    if scene.turns < len(lines) and CONTINUE in scene.offered:
        return Reply(calls=(Call(name=CONTINUE, arguments={"message": lines[scene.turns]}),))
    return _quit(scene, "Now I am done.")


def _remember(scene: Scene, match: re.Match[str]) -> Reply:
    note = match["note"].strip()
    if "createDocument" not in scene.offered:
        return _quit(scene, "I cannot keep notes here.")
    if (result := scene.result("createDocument")) is None:
        title = " ".join(note.split()[:TITLE_WORDS]).rstrip(".,;:!?")
        arguments = {"title": title[:1].upper() + title[1:], "body": note}
        return Reply(calls=(Call(name="createDocument", arguments=arguments),))
    if _is_failure(result):
        return _quit(scene, "I could not write that down. Please try again later.")
    return _quit(scene, f"I have written it down: {note}")


def _add(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchDocuments")
    if found is None:
        return _look(scene, match["title"])
    best = _first_with_id(found)
    if best is None or "updateDocument" not in scene.offered:
        return _quit(scene, f"I found no document about {match['title']} that I could add to.")
    if (result := scene.result("updateDocument")) is None:
        arguments = {"id": best.id, "append": match["text"].strip()}
        return Reply(calls=(Call(name="updateDocument", arguments=arguments),))
    if _is_failure(result):
        return _quit(scene, f"I could not change {best.title}.")
    return _quit(scene, f"I have added it to {best.title}.")


def _read(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchDocuments")
    if found is None:
        return _look(scene, match["title"])
    best = _first_with_id(found)
    if best is None or "readDocument" not in scene.offered:
        return _quit(scene, _quotation(found))
    text = scene.result("readDocument")
    if text is None:
        return Reply(calls=(Call(name="readDocument", arguments={"id": best.id}),))
    if _is_failure(text):
        return _quit(scene, f"I could not read {best.title}.")
    return _quit(scene, _quoted(best.title, str(fields(text).get("body", ""))))


def _search(scene: Scene) -> Reply:
    if not scene.task:
        return _quit(scene, "I have nothing more to say.")
    found = scene.result("searchDocuments")
    return _look(scene, scene.task) if found is None else _quit(scene, _quotation(found))


def _look(scene: Scene, wanted: str) -> Reply:
    """Search, and say so first."""
    if "searchDocuments" not in scene.offered:
        return _quit(scene, f"I cannot look into documents here. {HELP}")
    search = Call(name="searchDocuments", arguments={"query": keywords(wanted)})
    say = Call(name=CONTINUE, arguments={"message": "Let me look in your documents."})
    return Reply(calls=(say, search) if CONTINUE in scene.offered else (search,))


def _quit(scene: Scene, message: str) -> Reply:
    """The last word, with a word on everything that was said in between."""
    if scene.also:
        said = ", and: ".join(f"“{text}”" for text in scene.also)
        message = f"{message} You also said: {said}. Ask me that again now."
    if QUIT not in scene.offered:
        return Reply(text=message)
    return Reply(calls=(Call(name=QUIT, arguments={"message": message}),))


def _quotation(found: str) -> str:
    """The best passage with its title; a result of an unknown form is quoted as it is."""
    known = passages(found)
    if known is None:
        return f"The search gave: {_shortened(found)}"
    if not known:
        return "I found nothing about that in your documents."
    return _quoted(known[0].title, known[0].snippet)


def _first_with_id(found: str) -> Passage | None:
    return next((passage for passage in passages(found) or () if passage.id), None)


def keywords(text: str) -> str:
    """The words of a question that are worth a search."""
    words = re.findall(r"[^\s.,;:!?\"()]+", text)
    return " ".join([word for word in words if word.lower() not in FILLERS] or words)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARS else text[:QUOTE_CHARS].rsplit(" ", 1)[0] + " …"


def _is_failure(result: str) -> bool:
    """The tools tell of success in JSON and of failure in prose."""
    return not fields(result)


def _rule(pattern: str, rule: Rule) -> tuple[re.Pattern[str], Rule]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), rule


_PLEASE = r"^\W*(?:(?:please|can you|could you|hi|hello|hey|now|then|and)\W+)*"

# The first that fits decides; what fits none is searched for.
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    _rule(
        r"^\W*(?:hi|hello|hey|good \w+|help(?: me)?|thanks|thank you)"
        r"(?:\W+(?:there|again|brain|assistant))*\W*$",
        _explain,
    ),
    _rule(r"\b(?:what can you do|who are you|what are you|how do you work)\b", _explain),
    _rule(
        _PLEASE + r"(?:remember|note|write down|make a note)\b(?: down| of| that)?\s*[:,]?\s*"
        r"(?P<note>\S.*)",
        _remember,
    ),
    _rule(_PLEASE + r"add\s+(?P<text>.+?)\s+to\s+(?:my |the )?(?P<title>[^.!?]+)", _add),
    _rule(_PLEASE + r"change\s+(?:my |the )?(?P<title>.+?)\s+to\s+(?P<text>.+)", _add),
    _rule(_PLEASE + r"read\s+(?:me\s+|out\s+)*(?:my |the )?(?P<title>[^.!?]+)", _read),
    _rule(r"\blong task\b(?:\D*(?P<steps>\d{1,9})\s*steps?)?", _long_task),
    _rule(r"\btell me your steps\b|\btwo things\b.*\bdone\b", _steps),
    _rule(_PLEASE + r"say\s+(?P<said>.+?)\s+twice\b", _steps),
    _rule(
        r"(?:\bthink\b|^\W*slow(?:ly)?\b)\D*(?P<seconds>\d{1,9})\s*s(?:ec(?:ond)?s?)?\b"
        r"|^\W*(?:think|slow(?:ly)?)\b",
        _think,
    ),
)


def _quoted(title: str, text: str) -> str:
    """The text with its source; a note whose title is its beginning says it once."""
    text = text.removeprefix(f"# {title}").strip()
    source = "You told me" if text.casefold().startswith(title.casefold()) else f"{title} says"
    return f"{source}: {_shortened(text)}"

"""The rules by which the scripted model answers a transcript, without any intelligence.

It keeps no state. As with a real model, the progress of a request follows from the tool calls and
results in the messages. So it continues after a hand-over like a real model.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from local.model import daily, desk, jobs
from local.model.amending import amended_request, is_change, is_no, is_yes
from local.model.assist import help_with_instructions
from local.model.daily import BITTE
from local.model.directions import Call, Json, Reply
from local.model.minds import as_mind
from local.model.rules import (
    CONTINUE,
    PLEASE,
    QUIT,
    Rule,
    act,
    in_words,
    is_failure,
    keywords,
    quit_with,
    rule,
    shortened,
)
from local.model.scene import Passage, Scene, fields, passages, read_scene

STEP_S = 1.0  # seconds for a step of the long task, as long as a model call
STEPS = 12  # steps of the long task if no number is given
MAX_STEPS = 40  # steps; more would only reach the run's own limits
THINK_S = 5  # seconds if no number is given
MAX_THINK_S = 60  # seconds
FACT_CHARS = 300  # of a note that is kept as a fact; a longer one becomes a document
TITLE_WORDS = 6  # words of a note that become its title

LOOKING = "Let me look in your documents."
HELP = (
    "Hello! I am a script, not a language model. I can remember notes, search, read and extend "
    "your documents, read and send emails, remind you, and pretend to work on a long task. Say for "
    "instance: remember that the bins go out on Tuesday. Or: remind me in 1 minute to call Anna. "
    "For real answers set OPENAI_API_KEY or OPENROUTER_API_KEY and start again."
)


def perform(messages: Sequence[Json], tools: Sequence[Json]) -> Reply:
    """Return the answer to this transcript. It calls only tools that are offered."""
    if (reply := as_mind(messages, tools)) is not None:
        return reply
    if not tools and (helped := help_with_instructions(messages)) is not None:
        return helped
    scene = read_scene(messages, tools)
    reply = _follow(scene)
    if scene.must_end and reply.calls and reply.calls[0].name != QUIT:
        return quit_with(scene, "I have to stop here, before I was done.")
    return reply


def _follow(scene: Scene) -> Reply:
    if is_change(scene.task) or (scene.is_asked and is_yes(scene.task)):
        # As the brain says beside an open question: make the same call again.
        request = amended_request(scene.earlier, scene.task)
        scene = replace(scene, task=request or scene.task)
    if scene.is_asked and is_no(scene.task):
        return quit_with(scene, "All right, I leave it.")
    for pattern, follow in (*daily.RULES, *RULES[:2], *_job_rules(scene), *desk.RULES, *RULES[2:]):
        if match := pattern.search(scene.task):
            return follow(scene, match)
    return _search(scene)


def _job_rules(scene: Scene) -> tuple[tuple[re.Pattern[str], Rule], ...]:
    """The rules for jobs, where there are any: "stop the music" is about something else."""
    return jobs.RULES if "sendHelpers" in scene.offered else ()


def _explain(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, HELP)


def _long_task(scene: Scene, match: re.Match[str]) -> Reply:
    steps = min(int(match["steps"] or STEPS), MAX_STEPS)
    done = scene.turns
    if done >= steps or CONTINUE not in scene.offered:
        return quit_with(scene, f"The long task is done, all {steps} steps of it.")
    said = in_words(scene, f"Step {done + 1} of {steps} is done.")
    told = {"message": said, "progress": (done + 1) / steps}
    return Reply(calls=(Call(name=CONTINUE, arguments=told),), delay_s=STEP_S)


def _think(scene: Scene, match: re.Match[str]) -> Reply:
    seconds = min(int(match["seconds"] or THINK_S), MAX_THINK_S)
    reply = quit_with(scene, f"I have thought about it for {seconds} seconds.")
    return reply.model_copy(update={"delay_s": float(seconds)})


def _steps(scene: Scene, match: re.Match[str]) -> Reply:
    said = match.groupdict().get("said")
    lines = (said, said) if said else ("First I look around.", "Then I put things together.")
    if scene.turns < len(lines) and CONTINUE in scene.offered:
        return Reply(calls=(Call(name=CONTINUE, arguments={"message": lines[scene.turns]}),))
    return quit_with(scene, "Now I am done.")


def _remember(scene: Scene, match: re.Match[str]) -> Reply:
    note = match["note"].strip()
    if "remember" in scene.offered and len(note) <= FACT_CHARS:
        return act(scene, "remember", f"I will keep that in mind: {note}", fact=note)
    if "createDocument" not in scene.offered:
        return quit_with(scene, "I cannot keep notes here.")
    if (result := scene.result("createDocument")) is None:
        title = " ".join(note.split()[:TITLE_WORDS]).rstrip(".,;:!?")
        arguments = {"title": title[:1].upper() + title[1:], "body": note}
        return Reply(calls=(Call(name="createDocument", arguments=arguments),))
    if is_failure(result):
        return quit_with(scene, "I could not write that down. Please try again later.")
    return quit_with(scene, f"I have written it down: {note}")


def _add(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchDocuments")
    if found is None:
        return _look(scene, match["title"])
    best = _first_with_id(found)
    if best is None or "updateDocument" not in scene.offered:
        return quit_with(scene, f"I found no document about {match['title']} that I could add to.")
    if (result := scene.result("updateDocument")) is None:
        arguments = {"id": best.id, "append": match["text"].strip()}
        return Reply(calls=(Call(name="updateDocument", arguments=arguments),))
    if is_failure(result):
        return quit_with(scene, f"I could not change {best.title}.")
    return quit_with(scene, f"I have added it to {best.title}.")


def _read(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchDocuments")
    if found is None:
        return _look(scene, match["title"])
    best = _first_with_id(found)
    if best is None or "readDocument" not in scene.offered:
        return quit_with(scene, _quotation(found))
    text = scene.result("readDocument")
    if text is None:
        return Reply(calls=(Call(name="readDocument", arguments={"id": best.id}),))
    if is_failure(text):
        return quit_with(scene, f"I could not read {best.title}.")
    return quit_with(scene, _quoted(best.title, str(fields(text).get("body", ""))))


def _search(scene: Scene) -> Reply:
    if not scene.task:
        return quit_with(scene, "I have nothing more to say.")
    found = scene.result("searchDocuments")
    if found is None:
        looking = _look(scene, scene.task)
        recall = Call(name="recall", arguments={"query": keywords(scene.task)})
        knows = "recall" in scene.offered and len(looking.calls) > 1
        return looking.model_copy(update={"calls": (*looking.calls, recall)}) if knows else looking
    return quit_with(scene, _fact(scene) or _quotation(found))


def _fact(scene: Scene) -> str:
    """Return a remembered fact that has most words of the question; empty if none has."""
    words = keywords(scene.task).casefold().split()
    for fact in fields(scene.result("recall") or "").get("facts") or ():
        text = str(fact.get("text") if isinstance(fact, dict) else "")
        if 2 * sum(word in text.casefold() for word in words) > len(words):
            return f"You told me: {shortened(text)}"
    return ""


def _look(scene: Scene, wanted: str) -> Reply:
    """Search, after telling the user."""
    if "searchDocuments" not in scene.offered:
        return quit_with(scene, f"I cannot look into documents here. {HELP}")
    search = Call(name="searchDocuments", arguments={"query": keywords(wanted)})
    say = Call(name=CONTINUE, arguments={"message": in_words(scene, LOOKING)})
    return Reply(calls=(say, search) if CONTINUE in scene.offered else (search,))


def _quotation(found: str) -> str:
    """Return the best passage with its title; a result of unknown form is quoted unchanged."""
    known = passages(found)
    if known is None:
        return f"The search gave: {shortened(found)}"
    if not known:
        return "I found nothing about that in your documents."
    return _quoted(known[0].title, known[0].snippet)


def _first_with_id(found: str) -> Passage | None:
    return next((passage for passage in passages(found) or () if passage.id), None)


# The first rule that matches is used; if none matches, search for the words.
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    rule(
        r"^\W*(?:hi|hello|hey|good \w+|help(?: me)?|hallo|guten \w+|moin|servus|hilfe)"
        r"(?:\W+(?:there|again|brain|assistant|zusammen))*\W*$",
        _explain,
    ),
    rule(
        r"\b(?:what can (?:you do|i (?:ask|say|do))|who are you|what are you|how do you work)\b"
        r"|\b(?:was kannst du|was kann ich (?:dich )?(?:fragen|sagen)|wer bist du)\b",
        _explain,
    ),
    rule(
        PLEASE + r"(?:remember|note|write down|make a note|don.t forget)\b(?: down| of| that)?"
        r"\s*[:,]?\s*(?P<note>\S.*)",
        _remember,
    ),
    rule(
        BITTE
        + r"(?:merke? dir|notiere?(?: dir)?|schreib(?:e)? (?:dir )?auf|vergiss (?:bitte )?nicht)"
        r"\b(?:\s+bitte)?(?:\s*,?\s*dass)?"
        r"\s*[:,]?\s*(?P<note>\S.*)",
        _remember,
    ),
    rule(PLEASE + r"add\s+(?P<text>.+?)\s+to\s+(?:my |the )?(?P<title>[^.!?]+)", _add),
    rule(PLEASE + r"change\s+(?:my |the )?(?P<title>.+?)\s+to\s+(?P<text>.+)", _add),
    rule(PLEASE + r"read\s+(?:me\s+|out\s+)*(?:my |the )?(?P<title>[^.!?]+)", _read),
    rule(
        r"\b(?:long task|lange aufgabe)\b(?:\D*(?P<steps>\d{1,9})\s*(?:steps?|schritt\w*))?",
        _long_task,
    ),
    rule(r"\btell me your steps\b|\btwo things\b.*\bdone\b", _steps),
    rule(PLEASE + r"say\s+(?P<said>.+?)\s+twice\b", _steps),
    rule(
        r"(?:\bthink\b|^\W*slow(?:ly)?\b)\D*(?P<seconds>\d{1,9})\s*s(?:ec(?:ond)?s?)?\b"
        r"|^\W*(?:think|slow(?:ly)?)\b",
        _think,
    ),
)


def _quoted(title: str, text: str) -> str:
    """Return the text with its source; a note whose title repeats its beginning is quoted once."""
    text = text.removeprefix(f"# {title}").strip()
    source = "You told me" if text.casefold().startswith(title.casefold()) else f"{title} says"
    return f"{source}: {shortened(text)}"

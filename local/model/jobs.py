"""Rules of the scripted model for jobs: helpers, talks and rehearsals."""

import re

from local.model.directions import Json, Reply
from local.model.rules import PLEASE, act, call, is_failure, quit_with, rule, shortened
from local.model.scene import Scene, fields

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
GERMAN = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"]
ABOUT_CHARS = 1_000
MOST = 10  # helpers of one job
TITLE_CHARS = 60


def _send(scene: Scene, match: re.Match[str]) -> Reply:
    tasks = _tasks(match["what"].strip(" .!?"), _number(match["count"]))
    done = f"{_count_in_words(len(tasks))} on the way. I will tell you when they are back."
    return act(scene, "sendHelpers", done, tasks=tasks)


def _tasks(what: str, count: int) -> list[Json]:
    """Return a task for each thing in the list; without a list all look at the same."""
    lead = _LEAD.match(what)
    verb = lead[0] if lead else ""
    parts = [part.strip() for part in _LISTED.split(what[len(verb) :]) if part.strip()]
    if len(parts) != count:
        parts, verb = [f"{what} (part {n} of {count})" for n in range(1, count + 1)], ""
    return [
        {"title": part[:1].upper() + part[1:TITLE_CHARS], "brief": f"{verb}{part}"}
        for part in parts
    ]


def _how_far(scene: Scene, _: re.Match[str]) -> Reply:
    found = scene.result("listJobs")
    if found is None and "listJobs" in scene.offered:
        return call("listJobs")
    jobs = _jobs(found)
    if not jobs:
        return quit_with(scene, "Nobody is at work for you.")
    told = [f"{job['title']}: {job['completed']} of {job['total']} are done." for job in jobs[:3]]
    return quit_with(scene, shortened(" ".join(told)))


def _stop(scene: Scene, match: re.Match[str]) -> Reply:
    job = _open_job(scene)
    if job is None:
        return _look(scene)
    named = match["who"].strip(" .!?")
    whom: Json = {} if re.search(r"\b(?:helpers?|them|all|job)\b", named) else {"helper": named}
    return act(scene, "stopHelpers", f"Stopped: {named}.", job=job["id"], **whom)


def _enough(scene: Scene, match: re.Match[str]) -> Reply:
    job = _open_job(scene)
    if job is None:
        return _look(scene)
    done = "Stopped." if match.groupdict().get("english") else "Angehalten."
    return act(scene, "stopHelpers", done, job=job["id"])


def _argue(scene: Scene, match: re.Match[str]) -> Reply:
    about = (match["about"] or "").strip(" .!?:")
    if about.lower() in ("", "it", "that", "this"):
        about = scene.before or "this"
    done = "They are talking. I will tell you what comes of it."
    if match.groupdict().get("german") is not None:
        done = "Sie reden darüber. Ich sage dir, was dabei herauskommt."
    return act(scene, "playOut", done, kind="talk", about=about[:ABOUT_CHARS])


def _rehearse(scene: Scene, match: re.Match[str]) -> Reply:
    times = match["count"]
    more: Json = {} if times is None else {"count": _number(times)}
    done = "It is being rehearsed. I will tell you how it went."
    if match.groupdict().get("german") is not None:
        done = "Es wird geprobt. Ich sage dir, wie es ging."
    return act(scene, "playOut", done, kind="rehearsal", **more)


def _tell(scene: Scene, match: re.Match[str]) -> Reply:
    job = _open_job(scene)
    if job is None:
        return _look(scene)
    who = match["who"].strip().casefold()
    place = next((n for n, word in enumerate(ORDINALS) if word in who), None)
    helper: object = who if place is None else place
    done = "I have told it."
    return act(scene, "tellHelper", done, job=job["id"], helper=helper, text=match["text"].strip())


def _read(scene: Scene, _: re.Match[str]) -> Reply:
    listed = scene.result("listJobs")
    if listed is None and "listJobs" in scene.offered:
        return call("listJobs")
    ready = [job for job in _jobs(listed) if job.get("reportReady")]
    if not ready:
        return quit_with(scene, "There is no report yet.")
    report = scene.result("readReport")
    if report is None and "readReport" in scene.offered:
        return call("readReport", job=ready[0]["id"])
    if report is None or is_failure(report):
        return quit_with(scene, f"I could not read the report. {report or ''}".strip())
    told = fields(report)
    return quit_with(scene, shortened(f"{told.get('headline')} {told.get('summary')}"))


def _look(scene: Scene) -> Reply:
    """Look for the open jobs; say so if there are none."""
    if "listJobs" in scene.offered and scene.result("listJobs") is None:
        return call("listJobs", open=True)
    return quit_with(scene, "Nobody is at work for you.")


def _open_job(scene: Scene) -> Json | None:
    jobs = _jobs(scene.result("listJobs"))
    return jobs[0] if jobs else None


def _jobs(found: str | None) -> list[Json]:
    listed = fields(found or "").get("jobs")
    return [job for job in listed or () if isinstance(job, dict)]


def _number(word: str) -> int:
    names = GERMAN if word.lower() in GERMAN else NUMBERS
    count = int(word) if word.isdecimal() else names.index(word.lower()) + 1
    return max(1, min(count, MOST))


def _count_in_words(count: int) -> str:
    return f"{NUMBERS[count - 1].capitalize()} {'is' if count == 1 else 'are'}"


_LEAD = re.compile(
    r"(?:look (?:for|into|at)|search(?: for)?|find(?: out about)?|compare|check|read about|plan)"
    r":?\s+|[^:,]{1,60}:\s*",
    re.IGNORECASE,
)
_LISTED = re.compile(r",\s*(?:and\s+)?|\s+and\s+|;\s*", re.IGNORECASE)

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_COUNT = rf"(?P<count>{'|'.join(NUMBERS)}|\d{{1,2}})"

BITTE = r"^\W*(?:(?:bitte|kannst du|hallo|und|dann|jetzt)\W+)*"

RULES = (
    rule(
        PLEASE
        + rf"send(?: out| off)?\s+{_COUNT}\s+helpers?\s*(?:to|and|for|:|,)?\s*(?P<what>\S.*)",
        _send,
    ),
    rule(r"\bhow far (?:are|is|have)\b|\bwhat are (?:they|the helpers) doing\b", _how_far),
    rule(
        PLEASE + r"tell the (?P<who>(?:first|second|third|fourth|fifth|sixth)(?: one| helper)?)"
        r"\s*(?:to|that|:|,)?\s*(?P<text>\S.*)",
        _tell,
    ),
    rule(
        PLEASE + r"let (?:the |a )?(?:two|three|four|pro and con|them)\b[^.!?]{0,40}?\s"
        r"(?:argue|talk|debate|discuss)\b\s*(?:about|over|whether|on)?\s*(?P<about>[^.!?]*)",
        _argue,
    ),
    rule(
        BITTE + r"lass (?:die |mal )?(?:zwei|drei|vier|sie)\b(?P<german>)[^.!?]{0,40}?"
        r"(?:darüber|über (?P<about>[^.!?]+?))\s+(?:streiten|reden|diskutieren)\b",
        _argue,
    ),
    rule(
        PLEASE + r"(?:make (?:a|another) rehearsal (?:of|from|out of) (?:that|this|it)|"
        rf"rehearse (?:that|this|it))\b(?:\s+{_COUNT}\s+times)?",
        _rehearse,
    ),
    rule(
        BITTE + r"(?:mach(?:e)? (?:eine |mal eine )?probe daraus|prob(?:e|ier)? das)\b(?P<german>)"
        rf"(?:\s+(?P<count>{'|'.join(GERMAN)}|\d{{1,2}})\s?mal)?",
        _rehearse,
    ),
    rule(r"^\W*(?P<english>(?:that(?:'s| is) )?enough)\W*$", _enough),
    rule(
        BITTE + r"(?:das reicht|es reicht|genug|halt(?:e)? (?:sie|alle|die helfer) an|"
        r"stopp(?:e)? (?:sie|alle|die helfer))\W*$",
        _enough,
    ),
    rule(PLEASE + r"stop\s+(?:all\s+)?(?:the |my )?(?P<who>\S[^.!?]*)", _stop),
    rule(
        r"\bwhat did (?:they|the helpers?) find\b|\bread (?:me )?the report\b|^\W*tell me more\W*$",
        _read,
    ),
)

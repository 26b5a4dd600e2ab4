"""Rules of the scripted model for email, reminders, facts, preferences and web pages."""

import re
from datetime import UTC, datetime, timedelta

from local.model.daily import BITTE, WHO
from local.model.directions import Json, Reply
from local.model.rules import PLEASE, act, call, is_failure, keywords, quit_with, rule, shortened
from local.model.scene import Scene, fields

SUBJECT_WORDS = 6  # words of an email that become its subject
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "t": 86_400}  # seconds, by the first letter
NOTHING = "I found no such email."


def _send(scene: Scene, match: re.Match[str]) -> Reply:
    body = match["body"].strip()
    subject = " ".join(body.split()[:SUBJECT_WORDS]).rstrip(".,;:!?")
    arguments: Json = {"to": [match["to"].rstrip(".")], "subject": subject, "body": body}
    return act(scene, "sendEmail", "I have sent it.", **arguments)


def _reply(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchEmail")
    if found is None:
        return _look_for_email(scene, match["who"])
    email = _first(found, "emails")
    if email is None:
        return quit_with(scene, f"I found no email from {match['who']}.")
    arguments: Json = {"id": email["id"], "body": match["body"].strip()}
    return act(scene, "replyToEmail", "I have answered it.", **arguments)


def _wrote(scene: Scene, match: re.Match[str]) -> Reply:
    """Read the newest email of a person; without one, search the documents."""
    found = scene.result("searchEmail")
    if "searchEmail" in scene.offered and (found is None or _first(found, "emails")):
        return _read_email(scene, match)
    documents = scene.result("searchDocuments")
    if documents is None and "searchDocuments" in scene.offered:
        return call("searchDocuments", query=keywords(scene.task))
    passage = _first(documents or "", "passages")
    told = f"{passage['title']} says: {passage['snippet']}" if passage else NOTHING
    return quit_with(scene, shortened(told))


def _read_email(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchEmail")
    if found is None:
        return _look_for_email(scene, match["who"] or "")
    email = _first(found, "emails")
    if email is None:
        return quit_with(scene, "I found no such email.")
    if (text := scene.result("readEmail")) is None:
        return call("readEmail", id=email["id"])
    shown = fields(text)
    said = shortened(f"{shown.get('from')} writes: {shown.get('subject')}. {shown.get('body')}")
    return quit_with(scene, said)


def _look_for_email(scene: Scene, who: str) -> Reply:
    if "searchEmail" not in scene.offered:
        return quit_with(scene, "I cannot look into emails here.")
    who = who.strip(" .?!")
    return call("searchEmail", **({"from": who} if who else {}), limit=1)


def _keep(scene: Scene, match: re.Match[str]) -> Reply:
    fact = match["fact"].strip()
    return act(scene, "remember", f"I will keep that in mind: {fact}", fact=fact)


def _recall(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("recall")
    if found is None and "recall" in scene.offered:
        return call("recall", query=keywords(match["what"]))
    fact = _first(found or "", "facts")
    told = f"You told me: {fact['text']}" if fact else "I remember nothing of that."
    return quit_with(scene, shortened(told))


def _forget(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("recall")
    if found is None and "recall" in scene.offered:
        return call("recall", query=keywords(match["what"]))
    fact = _first(found or "", "facts")
    if fact is None:
        return quit_with(scene, "I remember nothing of that.")
    return act(scene, "forget", f"I have forgotten it: {fact['text']}", id=fact["id"])


def _remind(scene: Scene, match: re.Match[str]) -> Reply:
    seconds = _seconds(match["count"], match["unit"])
    told = f"{match['count']} {match['unit']}"
    if match["more"]:
        seconds += _seconds(match["more"], match["more_unit"])
        told += f" and {match['more']} {match['more_unit']}"
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    arguments: Json = {"text": match["text"].strip(), "at": at.isoformat(timespec="seconds")}
    return act(scene, "remind", f"I will remind you in {told}.", **arguments)


def _seconds(count: str, unit: str) -> int:
    name = unit.lower()
    return int(count) * (3600 if name.startswith("stunde") else UNITS[name[0]])


def _tell(scene: Scene, match: re.Match[str]) -> Reply:
    who = match["who"].strip()
    arguments: Json = {"about": f"when {who} writes", "from": who, "kinds": ["email"]}
    return act(scene, "tellMeWhen", f"I will tell you when {who} writes.", **arguments)


def _delete(scene: Scene, match: re.Match[str]) -> Reply:
    return _with_document(scene, match, "deleteDocument", "It is deleted.")


def _share(scene: Scene, match: re.Match[str]) -> Reply:
    to = [match["to"].rstrip(".")]
    return _with_document(scene, match, "shareDocument", "I have sent it.", to=to)


def _with_document(
    scene: Scene, match: re.Match[str], tool: str, done: str, **arguments: object
) -> Reply:
    found = scene.result("searchDocuments")
    if found is None:
        return call("searchDocuments", query=keywords(match["title"]))
    passage = _first(found, "passages")
    if passage is None:
        return quit_with(scene, f"I found no document about {match['title']}.")
    known = {name: passage[name] for name in ("version",) if name in passage}
    return act(scene, tool, done, id=passage["id"], **known, **arguments)


def _open(scene: Scene, match: re.Match[str]) -> Reply:
    page = scene.result("readWebPage")
    if page is None and "readWebPage" in scene.offered:
        return call("readWebPage", url=match["url"].rstrip(".,!?"))
    if page is None or is_failure(page):
        return quit_with(scene, f"I could not read that page. {page or ''}".strip())
    return quit_with(scene, shortened(f"The page says: {fields(page).get('body')}"))


def _search(scene: Scene, match: re.Match[str]) -> Reply:
    found = scene.result("searchWeb")
    if found is None and "searchWeb" in scene.offered:
        return call("searchWeb", query=match["what"].strip(), limit=3)
    if found is None or is_failure(found):
        return quit_with(scene, f"I could not search the web. {found or ''}".strip())
    first = _first(found, "results")
    told = f"The first result: {first['title']}, {first['url']}" if first else "I found nothing."
    return quit_with(scene, shortened(told))


def _first(found: str, name: str) -> Json | None:
    listed = fields(found).get(name)
    return next((one for one in listed or () if isinstance(one, dict)), None)


_ADDRESS = r"[^\s@:,]+@[^\s@:,]+"

RULES = (
    rule(
        PLEASE + r"(?:send|write)\s+(?:an?\s+)?(?:e-?mail\s+)?to\s+"
        rf"(?P<to>{_ADDRESS})\s*(?:[:,]|saying)?\s*(?P<body>\S.*)",
        _send,
    ),
    rule(PLEASE + r"(?:reply|answer)\s+(?:to\s+)?(?P<who>[^:]+?)\s*:\s*(?P<body>\S.*)", _reply),
    rule(
        r"\b(?!(?:to|yester)day)(?P<who>[^\W\d_]+)['’]s (?:last |latest |new )?e?-?mail\b",  # noqa: RUF001 - a quotation mark
        _read_email,
    ),
    rule(r"\b(?:news|heard|anything|something|word) from (?P<who>[^.?!]+)", _read_email),
    rule(r"\b(?:post|neues|nachricht(?:en)?) von (?P<who>[^.?!]+)", _read_email),
    rule(
        r"\b(?:any|last|latest|new|read|what|what's|show|check)\b.*"
        r"\b(?:e-?mails?|mail|inbox|mailbox)\b"
        r"(?:.*?\bfrom\s+(?P<who>[^.?!]+))?",
        _read_email,
    ),
    rule(BITTE + r"antworte\s+(?:auf\s+)?(?P<who>[^:]+?)\s*:\s*(?P<body>\S.*)", _reply),
    rule(rf"\bwhat (?:did|does|has) {WHO} (?:write|written|say|said|want|send|sent)\b", _wrote),
    rule(rf"\b(?:did|has) {WHO} (?:write|written|answer|answered|reply|replied)\b", _wrote),
    rule(
        rf"\bwas (?:hat|schreibt|schrieb|will|wollte) {WHO}"
        r"(?: (?:geschrieben|gesagt|gewollt))?\W*$",
        _wrote,
    ),
    rule(rf"\bhat {WHO} (?:geschrieben|geantwortet)\b", _wrote),
    rule(
        r"\b(?:neue|letzte|ungelesene|welche|lies)\b.*\b(?:e-?mails?|mails?|post)\b"
        r"(?:.*?\bvon\s+(?P<who>[^.?!]+))?",
        _read_email,
    ),
    rule(PLEASE + r"keep in mind(?: that)?\s*[:,]?\s*(?P<fact>\S.*)", _keep),
    rule(r"\bwhat do you (?:remember|know) (?:of|about)\s+(?P<what>[^.?!]+)", _recall),
    rule(PLEASE + r"forget\s+(?:about\s+|that\s+|what\s+)?(?P<what>[^.?!]+)", _forget),
    rule(
        PLEASE + r"remind me in (?P<count>\d{1,4}) (?P<unit>seconds?|minutes?|hours?|days?)"
        r"(?:(?:,| and) (?P<more>\d{1,3}) (?P<more_unit>seconds?|minutes?|hours?))?"
        r"\s*(?:to|of|about|that|:)?\s*(?P<text>\S.*)",
        _remind,
    ),
    rule(r"\bwas (?:weißt|weisst) du (?:von|über)\s+(?P<what>[^.?!]+)", _recall),
    rule(
        BITTE + r"vergiss\b(?!\W*(?:bitte )?nicht\b)\s*,?\s*(?:dass\s+|was\s+)?(?P<what>[^.?!]+)",
        _forget,
    ),
    rule(
        BITTE + r"erinnere? mich in (?P<count>\d{1,4}) "
        r"(?P<unit>sekunden?|minuten?|stunden?|tag(?:en)?)"
        r"(?:(?:,| und) (?P<more>\d{1,3}) (?P<more_unit>sekunden?|minuten?|stunden?))?"
        r"\s*(?:an|daran|dass|zu|:|,)?\s*(?P<text>\S.*)",
        _remind,
    ),
    rule(
        BITTE + r"(?:sag(?:e)?|gib)(?: mir)?(?: bescheid)?\s*,?\s*(?:wenn|sobald)\s+(?P<who>.+?)\s+"
        r"(?:mir )?(?:schreibt|mailt|antwortet|eine (?:e-?)?mail schickt)\b",
        _tell,
    ),
    rule(BITTE + r"lösche?\s+(?:mein\w* |die |das |den )?(?P<title>[^.!?]+)", _delete),
    rule(
        PLEASE + r"(?:(?:tell|notify|alert) me|let me know) (?:when|if|once|as soon as)\s+"
        r"(?P<who>.+?)\s+"
        r"(?:writes|emails|mails|answers|replies|sends (?:me )?an e?-?mail)\b",
        _tell,
    ),
    rule(PLEASE + r"delete\s+(?:my |the )?(?:document |note )?(?P<title>[^.!?]+)", _delete),
    rule(
        PLEASE + r"share\s+(?:my |the )?(?:document |note )?(?P<title>[^.!?]+?)\s+with\s+"
        rf"(?P<to>{_ADDRESS})",
        _share,
    ),
    rule(
        PLEASE + r"(?:search|look on) (?:the )?(?:web|internet)\s+for\s+(?P<what>[^.?!]+)",
        _search,
    ),
    rule(r"\b(?:open|read|fetch)\b.*?(?P<url>https?://\S+)", _open),
)

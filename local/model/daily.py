"""Rules of the scripted model for every day: small talk, and reminders at a time of day."""

import re
from datetime import datetime

from local.model.directions import Json, Reply
from local.model.rules import PLEASE, act, call, quit_with, rule, shortened
from local.model.scene import Scene, fields
from local.model.times import When, read_when

BITTE = r"^\W*(?:(?:bitte|kannst du|könntest du|hallo|und|dann|jetzt)\W+)*"
DAY = r"(?:(?P<day>(?:(?:on|am) )?\w+)[\s,]+)?"  # before the request: "tomorrow remind me …"
WHO = (
    r"(?!(?:you|i|we|they|he|she|it|du|ich|wir|sie|er|es)\b)"
    r"(?P<who>[^\s,.?!]+(?: (?!ge)[^\s,.?!]+)?)"
)


HELLO = r"^\W*(?:(?:hi|hello|hey|good \w+|hallo|guten \w+|moin|servus)\W+(?:there\W+)?)?"
POLITE = (
    r"(?:\W+(?:you|a lot|so much|very much|again|then|now|brain|today|doing|dir|schön|sehr|dann"
    r"|heute))*\W*$"
)


def _thanks(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, "You are welcome.")


def _how_are_you(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, "I am a script, so I am always fine. What can I do for you?")


def _nothing_open(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, "There is nothing that waits for your answer.")


def _bye(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, "All right. I am here when you need me.")


def _time(scene: Scene, _: re.Match[str]) -> Reply:
    return quit_with(scene, f"It is {scene.now:%H:%M} on {scene.now:%Y-%m-%d}.")


def _remind(scene: Scene, match: re.Match[str]) -> Reply:
    """Set a reminder for a time of day. Without an offset the tool takes the user's own time."""
    when = read_when(f"{match['day'] or ''} {match['rest']}", scene.now)
    if when is None:
        return quit_with(scene, "When shall I remind you? Say for instance: at six.")
    text = _task(when)
    arguments: Json = {"text": text, "at": when.at.isoformat(timespec="minutes")}
    return act(scene, "remind", f"{_said(when.at, scene.now)}: {text}", **arguments)


def _task(when: When) -> str:
    return when.rest or "You wanted to be reminded."


def _said(at: datetime, now: datetime) -> str:
    days = (at.date() - now.date()).days
    if days == 0:
        return f"I will remind you at {at:%H:%M}"
    day = "tomorrow" if days == 1 else f"on {at:%Y-%m-%d}"
    return f"I will remind you {day} at {at:%H:%M}"


def _reminders(scene: Scene, _: re.Match[str]) -> Reply:
    found = scene.result("listReminders")
    if found is None and "listReminders" in scene.offered:
        return call("listReminders")
    kept = [one for one in fields(found or "").get("reminders") or () if isinstance(one, dict)]
    told = [f"{str(one.get('at'))[:16].replace('T', ' ')}: {one.get('text')}" for one in kept]
    return quit_with(scene, shortened(". ".join(told)) if told else "There are no reminders.")


RULES = (
    rule(
        r"^\W*(?:yes|yeah|yep|sure|no|nope|ja|nein|doch)"
        r"(?:\W+(?:please|thanks|thank you|bitte|danke))?\W*$",
        _nothing_open,
    ),
    rule(r"^\W*(?:many |vielen )?(?:thanks|thank you|thx|danke)" + POLITE, _thanks),
    rule(
        HELLO + r"(?:how are you|how(?: is|'s) it going|wie geht(?:'s| es(?: dir)?)?)" + POLITE,
        _how_are_you,
    ),
    rule(
        r"^\W*(?:ok(?:ay)?|bye|goodbye|good ?night|see you|all right|tschüss|gute nacht|alles klar)"
        + POLITE,
        _bye,
    ),
    rule(
        r"\bwhat(?:'s| is)? the (?:time|date)\b|\bwhat (?:time|day) is it\b|\bwie spät\b"
        r"|\bwelcher tag\b|\bwie viel uhr\b",
        _time,
    ),
    rule(
        r"\b(?:what|which|list|show|read)\b.*\breminders?\b|\b(?:welche|zeig\w*)\b.*\berinnerungen\b",
        _reminders,
    ),
    rule(
        PLEASE
        + DAY
        + r"(?:remind me\b(?! in \d)|wake me(?: up)?\b|(?:set|make)(?: me)? a reminder\b"
        r"(?: for)?)\s*(?P<rest>.+)",
        _remind,
    ),
    rule(BITTE + r"mich\s+(?P<day>)(?P<rest>.+?)\s+erinnern\W*$", _remind),
    rule(BITTE + DAY + r"(?:erinnere? mich\b(?! in \d)|weck(?:e)? mich\b)\s*(?P<rest>.+)", _remind),
)

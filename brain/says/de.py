"""The brain's texts in German. They address the user with "du"."""

from collections.abc import Mapping, Sequence

from brain.says.asking.de import *  # noqa: F403 - the questions are a part of the language

# ---- progress

IDLE = "Ich arbeite gerade an nichts."
DOING: Mapping[str, str] = {
    "thinking": "Ich denke darüber nach.",
    "documents": "Ich sehe in deinen Dokumenten nach.",
    "writing": "Ich schreibe in deine Dokumente.",
    "email": "Ich sehe in deinen E-Mails nach.",
    "sending": "Ich verschicke eine E-Mail.",
    "memory": "Ich suche, was wir früher gesagt haben.",
    "other": "Ich bin dabei.",
}
JUST_BEGUN = "Ich habe eben angefangen."


def began(ago: str) -> str:
    return f"Angefangen habe ich {ago}."


def at_step(number: int, ago: str) -> str:
    return f"Das ist Schritt {number}, angefangen habe ich {ago}."


def seconds(count: int) -> str:
    return f"vor {'einer Sekunde' if count == 1 else f'{count} Sekunden'}"


def minutes(count: int) -> str:
    return f"vor {'einer Minute' if count == 1 else f'{count} Minuten'}"


def percent_done(percent: int) -> str:
    return f"Etwa {percent} Prozent sind geschafft."


def job_at(job: str, done: int, total: int, failed: int) -> str:
    without = f", {failed} ohne Erfolg" if failed else ""
    return f"„{job}“: {done} von {total} {'ist' if total == 1 else 'sind'} fertig{without}."


# ---- how a run ends

LAST_WORDS: Mapping[str, str] = {
    "loops": "Ich habe abgebrochen, weil das zu viele Schritte gebraucht hat.",
    "time": "Ich habe abgebrochen, weil das zu lange gedauert hat.",
    "tokens": "Ich habe abgebrochen, weil das zu umfangreich für mich wurde.",
    "handoffs": "Ich habe abgebrochen, weil ich zu oft unterbrochen wurde.",
    "attempts": "Ich habe es mehrmals versucht, wurde aber jedes Mal unterbrochen. Deshalb habe "
    "ich abgebrochen.",
    "poisoned": "Ich habe abgebrochen, weil ich den Faden verloren habe. Bitte frag mich noch "
    "einmal.",
    "model": "Ich kann gerade nicht nachdenken. Bitte frag mich gleich noch einmal.",
    "no tools": "Ich kann mit dem Modell, das hier eingerichtet ist, nicht arbeiten, weil es keine "
    "Werkzeuge benutzen kann. Wer diesen Assistenten betreibt, muss ein anderes wählen.",
    "no access": "Ich habe keinen Zugang zu meinem Modell. Wer diesen Assistenten betreibt, muss "
    "Schlüssel, Guthaben und Namen prüfen.",
    "modelKey": "Der Anbieter des Modells hat den API-Schlüssel abgelehnt. Prüfe ihn in deinen "
    "Einstellungen.",
    "modelQuota": "Das Guthaben beim Anbieter des Modells ist aufgebraucht. Lade es auf und frag "
    "dann noch einmal.",
    "modelName": "Der Anbieter kennt das Modell MODEL nicht.",
    "budget": "Das Budget für heute ist aufgebraucht. Um 00:00 Uhr beginnt es neu.",
    "request": "Mein Modell nimmt nicht an, was ich sende. Wer diesen Assistenten betreibt, muss "
    "die Einstellungen prüfen.",
    "too long": "Dieser Text oder dieses Dokument ist zu lang für mein Modell. Bitte versuch es "
    "mit einem kürzeren.",
    "filtered": "Der Anbieter meines Modells hat diesen Text abgelehnt. Du kannst mit etwas "
    "anderem weitermachen.",
    "cut": "Meine Antwort ist jedes Mal abgebrochen, bevor ich sie sagen konnte. Bitte frag nach "
    "etwas Kürzerem.",
}
NOT_SET_UP = (
    "Ich kann nicht antworten: Dieser Assistent ist nicht richtig eingerichtet. Bitte sag es dem, "
    "der ihn betreibt."
)
CUT_OFF = "Meine Antwort ist hier abgebrochen."
TAKES_LONGER = "Das dauert ein wenig länger. Ich sage es dir."
SLOW = "Mein Modell lässt sich Zeit. Ich warte noch auf seine Antwort."
HOLDING: Sequence[str] = (
    "Ich sehe nach.",
    "Einen Moment, bitte.",
    "Das prüfe ich kurz.",
    "Ich suche danach.",
)
STILL: Sequence[str] = (
    "Ich suche noch.",
    "Es dauert noch etwas.",
    "Ich bin noch dabei.",
    "Noch einen Moment, bitte.",
)
MORE = "Es geht noch weiter. Soll ich fortfahren?"
UNSAID = "Mehr konnte ich dazu nicht sagen."
UNSURE = (
    "Etwas, woran ich gerade war, ist vielleicht ausgeführt worden, vielleicht auch nicht. Bitte "
    "sieh nach."
)
STOPPED = "Gestoppt."
STOPPED_IN_AN_ACT = (
    "Gestoppt. Die Aktion, die gerade lief, ist vielleicht noch ausgeführt worden, vielleicht auch "
    "nicht. Bitte sieh nach."
)


def that_is_done(acts: str) -> str:
    return f"Das ist erledigt: {acts[:1].lower()}{acts[1:]}"


def did_not_work(tool: str) -> str:
    what = f"„{tool}“" if tool else "es"
    return f"Das hat nicht geklappt. Ich habe {what} mehrmals versucht, immer mit demselben Fehler."


# ---- what was done

# Each sentence begins with a word that is no noun.
DONE: Mapping[str, str] = {
    "sent": "Gesendet an {to}.",
    "mailed": "Die E-Mail ist gesendet.",
    "shared": "Das Dokument „{document}“ ist an {to} gesendet.",
    "created": "Das Dokument „{document}“ ist gespeichert.",
    "changed": "Das Dokument „{document}“ ist geändert.",
    "deleted": "Das Dokument „{document}“ ist gelöscht.",
    "gone": "Das Dokument ist gelöscht.",
    "remembered": "Gemerkt: {fact}",
    "forgotten": "Vergessen: {fact}",
    "reminding": "Die Erinnerung ist gestellt für {at}: {reminder}",
    "cancelled": "Die Erinnerung ist gelöscht: {reminder}",
    "telling": "Notiert, du wirst benachrichtigt: {rule}",
    "not telling": "Das wird dir nicht mehr gemeldet: {rule}",
    "sent off": "Helfer arbeiten daran: {job}",
    "told": "Der Helfer {helper} weiß es: {text}",
    "stopped": "Angehalten: {job}",
}

# ---- notices

LINK = "ein Link"
SOMETHING = "es ist etwas passiert"
REMINDER = "eine Erinnerung"
REMINDER_BY_OTHERS = "eine Erinnerung aus dem, was andere geschrieben haben"
REMINDER_DUE = "eine Erinnerung ist fällig"
WHILE_AWAY = "während du weg warst"
MEANWHILE = "inzwischen"


def email_arrived(sender: str, *, just: bool) -> str:
    return f"eine E-Mail{_from(sender)} ist {'gerade ' if just else ''}angekommen"


def document_changed(title: str) -> str:
    return f"das Dokument {title} wurde geändert" if title else "ein Dokument wurde geändert"


def reports(name: str) -> str:
    return f"{name} meldet"


def emails(count: int, *, sender: str, subject: str, frequent: str, frequent_count: int) -> str:
    about = f" mit dem Betreff {subject}" if subject else ""
    if count == 1:
        return f"eine E-Mail{_from(sender)}{about}"
    if frequent_count == count:
        return f"{count} E-Mails von {frequent}{about and f', die letzte{about}'}"
    most = f", {frequent_count} davon von {frequent}" if frequent_count > 1 else ""
    by = "" if most and sender == frequent else _from(sender)
    return f"{count} E-Mails{most}{(by or about) and f', die letzte{by}{about}'}"


def reminders(count: int, named: Sequence[str], more: int, *, by_others: bool) -> str:
    what = "eine Erinnerung" if count == 1 else f"{count} Erinnerungen"
    what += " aus dem, was andere geschrieben haben" if by_others else ""
    others = "eine weitere" if more == 1 else f"{more} weitere"
    return f"{what}: {_listed(named, others if more else '')}" if named else what


def documents(count: int, titles: Sequence[str], more: int) -> str:
    if titles:
        others = "einem weiteren" if more == 1 else f"{more} weiteren"
        return f"Änderungen in {_listed(titles, others if more else '')}"
    return "eine Änderung in einem Dokument" if count == 1 else "Änderungen in mehreren Dokumenten"


def events(count: int, last: str) -> str:
    return last if count == 1 else f"{count} weitere Ereignisse, das letzte: {last}"


def together(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{'; '.join(others)}; und {last}" if others else last


def _from(sender: str) -> str:
    return f" von {sender}" if sender else ""


def _listed(named: Sequence[str], others: str) -> str:
    """`a`, `a und b`, `a, b, c und 2 weitere`."""
    *before, last = [*named, *([others] if others else [])]
    return f"{', '.join(before)} und {last}" if before else last


def jobs(count: int, last: str) -> str:
    return last if count == 1 else f"{count} Ergebnisse, das letzte: {last}"


def job_done(title: str, done: int, total: int) -> str:
    return f"{title}: {done} von {total} fertig."


def job_failed(title: str, total: int) -> str:
    if total == 1:
        return f"{title}: Das ist fehlgeschlagen."
    return f"{title}: Alle {total} sind fehlgeschlagen."


def job_stopped(title: str, after: str) -> str:
    return f"Gestoppt: {title}, nach {after}."


def done_of(done: int, total: int) -> str:
    return f"{done} von {total}"


_FAILED = {
    "model": "das Modell konnte nicht antworten",
    "tokens": "die Tokens waren aufgebraucht",
    "time": "es hat zu lange gedauert",
    "loops": "es waren zu viele Schritte",
    "attempts": "es ist mehrmals gescheitert",
    "stopped": "es wurde gestoppt",
    "gaveUp": "es ließ sich nicht erledigen",
    "repeats": "es hat sich wiederholt",
    "world": "in seiner Welt fehlte etwas",
    "player": "der gespielte Mensch ist aus seiner Rolle gefallen",
}


def failed_because(reason: str) -> str:
    return _FAILED.get(reason, "es kam nicht zum Ende")

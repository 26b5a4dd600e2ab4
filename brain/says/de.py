"""The brain's texts in German. They address the user with "du"."""

from collections.abc import Mapping, Sequence

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
}
STOPPED = "Gestoppt."
STOPPED_IN_AN_ACT = (
    "Gestoppt. Die Aktion, die gerade lief, ist vielleicht noch ausgeführt worden, vielleicht auch "
    "nicht. Bitte sieh nach."
)

# ---- decisions by a button

YES = "Ja, mach das."
YES_CHANGED = "Ja, mit meinen Änderungen."
NO = "Nein, mach das nicht."
RESULT = "Erledigt."

# ---- questions


def ask_send_email(
    to: Sequence[str],
    copies: Sequence[str],
    *,
    subject: str,
    body: str,
    characters: int,
    attachments: Sequence[str],
) -> str:
    lines = [
        f"Soll ich diese E-Mail{_to_many(len(to) + len(copies))} senden?",
        f"An: {', '.join(to)}",
        *([f"Kopie an: {', '.join(copies)}"] if copies else []),
        f"Betreff: {subject}",
        *(f"Anhang: {one}" for one in attachments),
        *_length(characters),
    ]
    return "\n".join([*lines, "", body])


def ask_share_document(
    to: Sequence[str], *, title: str, note: str, text: str, characters: int
) -> str:
    lines = [
        f"Soll ich dieses Dokument per E-Mail{_to_many(len(to))} senden?",
        f"An: {', '.join(to)}",
        f"Dokument: „{title}“",
        *_length(characters),
        *([f"Mit dieser Nachricht: {note}"] if note else []),
        *(["", text] if text else []),
    ]
    return "\n".join(lines)


def document_parts(beginning: str, changed: str, end: str) -> str:
    new = f"Neu, seit du es zuletzt gesehen hast:\n{changed}\n\n" if changed else ""
    return f"{new}Es beginnt:\n{beginning}\n\nEs endet:\n{end}"


def ask_update_document(
    document: str, *, title: str | None, body: str | None, append: str | None
) -> str:
    lines = [f"Soll ich das Dokument {document} ändern?"]
    if title is not None:
        lines.append(f"Neuer Titel: „{title}“")
    if body is not None:
        lines.append(f"Der alte Text geht dabei verloren. Der neue Text:\n\n{body}")
    if append is not None:
        lines.append(f"Am Ende kommt dazu:\n\n{append}")
    return "\n".join(lines)


def ask_delete_document(document: str) -> str:
    return f"Soll ich das Dokument {document} löschen? Das lässt sich nicht rückgängig machen."


def ask_forget(fact: str) -> str:
    return f"Soll ich das vergessen: {fact}"


def ask_stop_telling(rule: str) -> str:
    return f"Soll ich dir das nicht mehr melden: {rule}"


def ask_tell_urgently(rule: str) -> str:
    return f"Soll ich dir das auch in deinen Ruhezeiten melden: {rule}"


def ask_remind(reminder: str, day: str, clock: str) -> str:
    return f"Soll ich dich am {day} um {clock}, in deinen Ruhezeiten, daran erinnern: {reminder}"


def ask_cancel_reminder(reminder: str) -> str:
    return f"Soll ich diese Erinnerung löschen: {reminder}"


def document(title: str, chars: int, beginning: str) -> str:
    if not beginning:
        return f"„{title}“ (leer)"
    return f"„{title}“ ({_characters(chars)}, beginnt mit „{beginning}“)"


def _characters(count: int) -> str:
    return f"{count:,} Zeichen".replace(",", ".")


def _length(characters: int) -> list[str]:
    return [f"Länge: {_characters(characters)}"] if characters else []


def _to_many(count: int) -> str:
    return f" an {count} Personen" if count > 1 else ""


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

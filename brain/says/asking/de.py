"""The questions in German."""

from collections.abc import Sequence

_NUMBERS = ("Ein", "Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn")


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


def ask_send_helpers(count: int, tokens: int) -> str:
    number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else str(count)
    most = f"{tokens:,}".replace(",", ".")
    return f"{number} Helfer, höchstens {most} Tokens. Soll ich?"


def ask_play(count: int, tokens: int, *, is_talk: bool) -> str:
    one, many = ("Ein Gespräch", "Gespräche") if is_talk else ("Eine Probe", "Proben")
    number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else str(count)
    most = f"{tokens:,}".replace(",", ".")
    return f"{one if count == 1 else f'{number} {many}'}, höchstens {most} Tokens. Soll ich?"


def ask_tell_helper(helper: str, text: str) -> str:
    return f"Soll ich dem Helfer „{helper}“ das sagen: {text}"


def ask_front_end(tool: str, names: Sequence[str], values: Sequence[str]) -> str:
    given = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return f"Das stammt aus Texten anderer. Soll deine App {tool} ausführen?\n{given}"


def ask_unfinished(tool: str, names: Sequence[str], values: Sequence[str]) -> str:
    given = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return f"Du hast nicht zu Ende gesprochen. Soll ich das tun: {tool}?\n{given}"


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


# ---- decisions by a button

YES = "Ja, mach das."
NO = "Nein, mach das nicht."
RESULT = "Erledigt."


def yes_changed(names: Sequence[str], values: Sequence[str]) -> str:
    changes = (f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return "Ja, mit Änderungen. " + "\n".join(changes)

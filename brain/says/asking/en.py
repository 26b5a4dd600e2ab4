"""The questions in English."""

from collections.abc import Sequence

_NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


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
        f"Shall I send this email{_to_many(len(to) + len(copies))}?",
        f"To: {', '.join(to)}",
        *([f"Copy to: {', '.join(copies)}"] if copies else []),
        f"Subject: {subject}",
        *(f"Attachment: {one}" for one in attachments),
        *_length(characters),
    ]
    return "\n".join([*lines, "", body])


def ask_share_document(
    to: Sequence[str], *, title: str, note: str, text: str, characters: int
) -> str:
    lines = [
        f"Shall I send this document by email{_to_many(len(to))}?",
        f"To: {', '.join(to)}",
        f"Document: “{title}”",
        *_length(characters),
        *([f"With this note: {note}"] if note else []),
        *(["", text] if text else []),
    ]
    return "\n".join(lines)


def document_parts(beginning: str, changed: str, end: str) -> str:
    new = f"New since you last saw it:\n{changed}\n\n" if changed else ""
    return f"{new}It begins:\n{beginning}\n\nIt ends:\n{end}"


def ask_update_document(
    document: str, *, title: str | None, body: str | None, append: str | None
) -> str:
    lines = [f"Shall I change the document {document}?"]
    if title is not None:
        lines.append(f"New title: “{title}”")
    if body is not None:
        lines.append(f"The old text will be lost. The new text:\n\n{body}")
    if append is not None:
        lines.append(f"Added at its end:\n\n{append}")
    return "\n".join(lines)


def ask_delete_document(document: str) -> str:
    return f"Shall I delete the document {document}? This cannot be undone."


def ask_forget(fact: str) -> str:
    return f"Shall I forget this: {fact}"


def ask_stop_telling(rule: str) -> str:
    return f"Shall I stop telling you about this: {rule}"


def ask_tell_urgently(rule: str) -> str:
    return f"Shall I tell you about this even during your quiet hours: {rule}"


def ask_remind(reminder: str, day: str, clock: str) -> str:
    return f"Shall I remind you on {day} at {clock}, during your quiet hours, of this: {reminder}"


def ask_cancel_reminder(reminder: str) -> str:
    return f"Shall I cancel this reminder: {reminder}"


def ask_send_helpers(count: int, tokens: int) -> str:
    number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else str(count)
    return f"{number} {'helper' if count == 1 else 'helpers'}, at most {tokens:,} tokens. Shall I?"


def ask_play(count: int, tokens: int, *, is_talk: bool) -> str:
    number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else str(count)
    what = "talk" if is_talk else "rehearsal"
    return f"{number} {what}{'' if count == 1 else 's'}, at most {tokens:,} tokens. Shall I?"


def ask_tell_helper(helper: str, text: str) -> str:
    return f"Shall I tell the helper “{helper}” this: {text}"


def ask_front_end(tool: str, names: Sequence[str], values: Sequence[str]) -> str:
    given = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return f"This comes from what others wrote. Shall your app run {tool}?\n{given}"


def ask_unfinished(tool: str, names: Sequence[str], values: Sequence[str]) -> str:
    given = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return f"You had not finished. Shall I do this: {tool}?\n{given}"


def document(title: str, chars: int, beginning: str) -> str:
    if not beginning:
        return f"“{title}” (empty)"
    return f"“{title}” ({_characters(chars)}, beginning “{beginning}”)"


def _characters(count: int) -> str:
    return f"{count:,} {'character' if count == 1 else 'characters'}"


def _length(characters: int) -> list[str]:
    return [f"Length: {_characters(characters)}"] if characters else []


def _to_many(count: int) -> str:
    return f" to {count} people" if count > 1 else ""


# ---- decisions by a button

YES = "Yes, do that."
NO = "No, don't do that."
RESULT = "Done."


def yes_changed(names: Sequence[str], values: Sequence[str]) -> str:
    changes = (f"{name}: {value}" for name, value in zip(names, values, strict=True))
    return "Yes, with changes. " + "\n".join(changes)

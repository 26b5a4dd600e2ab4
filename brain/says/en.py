"""The brain's texts in English."""

from collections.abc import Mapping, Sequence

# ---- progress

IDLE = "I am not working on anything right now."
DOING: Mapping[str, str] = {
    "thinking": "I am thinking about it.",
    "documents": "I am looking in your documents.",
    "writing": "I am writing in your documents.",
    "email": "I am looking in your email.",
    "sending": "I am sending an email.",
    "memory": "I am looking for what we said before.",
    "other": "I am working on it.",
}
JUST_BEGUN = "I have just started."


def began(ago: str) -> str:
    return f"I started {ago}."


def at_step(number: int, ago: str) -> str:
    return f"This is step {number}, and I started {ago}."


def seconds(count: int) -> str:
    return f"{count} {'second' if count == 1 else 'seconds'} ago"


def minutes(count: int) -> str:
    return f"{count} {'minute' if count == 1 else 'minutes'} ago"


def percent_done(percent: int) -> str:
    return f"About {percent} percent is done."


# ---- how a run ends

LAST_WORDS: Mapping[str, str] = {
    "loops": "I stopped because this took too many steps.",
    "time": "I stopped because this took too long.",
    "tokens": "I stopped because this became too large for me.",
    "handoffs": "I stopped because I was interrupted too often.",
    "attempts": "I tried this several times and was interrupted each time, so I stopped.",
    "poisoned": "I stopped because I lost track of what I was doing. Please ask me again.",
    "model": "I cannot think right now. Please ask again in a little while.",
}
STOPPED = "Stopped."
STOPPED_IN_AN_ACT = (
    "Stopped. The action that was under way may or may not have been completed. Please check."
)

# ---- decisions by a button

YES = "Yes, do that."
YES_CHANGED = "Yes, with my changes."
NO = "No, don't do that."
RESULT = "Done."

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


# ---- notices

LINK = "a link"
SOMETHING = "something has happened"
REMINDER = "a reminder"
REMINDER_BY_OTHERS = "a reminder from what others wrote"
REMINDER_DUE = "a reminder is due"
WHILE_AWAY = "while you were away"
MEANWHILE = "meanwhile"


def email_arrived(sender: str, *, just: bool) -> str:
    return f"an email{_from(sender)} has {'just ' if just else ''}arrived"


def document_changed(title: str) -> str:
    return f"the document {title} has changed" if title else "a document has changed"


def reports(name: str) -> str:
    return f"{name} reports"


def emails(count: int, *, sender: str, subject: str, frequent: str, frequent_count: int) -> str:
    about = f" about {subject}" if subject else ""
    if count == 1:
        return f"an email{_from(sender)}{about}"
    if frequent_count == count:
        return f"{count} emails from {frequent}{about and f', the last{about}'}"
    most = f", {frequent_count} of them from {frequent}" if frequent_count > 1 else ""
    by = "" if most and sender == frequent else _from(sender)
    return f"{count} emails{most}{(by or about) and f', the last{by}{about}'}"


def reminders(count: int, named: Sequence[str], more: int, *, by_others: bool) -> str:
    what = "a reminder" if count == 1 else f"{count} reminders"
    what += " from what others wrote" if by_others else ""
    return f"{what}: {_listed(named, more)}" if named else what


def documents(count: int, titles: Sequence[str], more: int) -> str:
    if titles:
        return f"changes in {_listed(titles, more)}"
    return "a change in a document" if count == 1 else "changes in several documents"


def events(count: int, last: str) -> str:
    return last if count == 1 else f"{count} other things, the last: {last}"


def together(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{'; '.join(others)}; and {last}" if others else last


def _from(sender: str) -> str:
    return f" from {sender}" if sender else ""


def _listed(named: Sequence[str], more: int) -> str:
    """`a`, `a and b`, `a, b, c and 2 more`."""
    *others, last = [*named, *([f"{more} more"] if more else [])]
    return f"{', '.join(others)} and {last}" if others else last

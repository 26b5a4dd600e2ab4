"""Texts of parts that are written for programs: invitations, bounces and receipts.

They are read if an email contains no other text.
"""

import re
from collections.abc import Iterator

from brain.email.parse.repair import separated

CALENDAR = "text/calendar"
DELIVERY = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 6533
RECEIPT = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
MAX_ENTRIES = 20  # events, recipients or guests; the rest is left out
MAX_VALUE_CHARS = 2_000

_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z-]{1,50}(?=[;:])")
_QUOTED_OR_COLON = re.compile(r'"[^"]*"|:')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d*(Z?))?", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_BLOCKS = re.compile(rb"(?:\r?\n){2,}")
_TYPED = re.compile(r"^\s*[\w-]+\s*;\s*")  # "rfc822; " before an address, "smtp; " before a reason


def event_text(calendar: str) -> str:
    """Return what a calendar (RFC 5545) says: what, when, where and who. A text that has no event
    is returned as it stands.
    """
    events = [_event(event) for event in _events(calendar)]
    return "\n\n".join(filter(None, events)) or calendar


def delivery_text(data: bytes) -> str:
    """Return who did not get an email and why (RFC 3464)."""
    blocks = [separated(block + b"\n")[0] for block in _BLOCKS.split(data)[: MAX_ENTRIES + 1]]
    labels = {"Final-Recipient": "Recipient", "Action": "Action", "Status": "Status"}
    labels |= {"Diagnostic-Code": "Reason"}
    found = []
    for block in blocks:
        who = block.get("Final-Recipient") or block.get("Original-Recipient")
        values = {**{name: block.get(name) for name in labels}, "Final-Recipient": who}
        if who:
            found.append(_lines({labels[name]: value for name, value in values.items()}))
    return "\n\n".join(found)


def receipt_text(data: bytes) -> str:
    """Return who received an email and what happened to it (RFC 8098)."""
    fields = separated(data)[0]
    who = fields.get("Final-Recipient") or fields.get("Original-Recipient")
    return _lines({"Recipient": who, "Disposition": fields.get("Disposition")})


def _lines(values: dict[str, str | None]) -> str:
    """Return one line for each value, without its type."""
    return "\n".join(
        f"{label}: {' '.join(_value(label, value).split())}"
        for label, value in values.items()
        if value
    )


def _value(label: str, value: str) -> str:
    plain = value[:MAX_VALUE_CHARS].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _TYPED.sub("", plain) if label in ("Recipient", "Reason") else plain


def _events(calendar: str) -> Iterator[list[tuple[str, str, str]]]:
    """Yield the properties of each event: name, parameters, value."""
    found: list[tuple[str, str, str]] | None = None
    inner = count = 0
    for line in _FOLD.sub("", calendar).splitlines():
        name, given, value = _property(line)
        if name == "BEGIN" and value.strip().upper() in ("VEVENT", "VTODO"):
            found, inner = [], 0
        elif name == "BEGIN":  # an alarm within the event
            inner += 1
        elif name == "END" and inner:
            inner -= 1
        elif name == "END" and found is not None:
            yield found
            found, count = None, count + 1
            if count == MAX_ENTRIES:
                return
        elif found is not None and not inner:
            found.append((name, given, value))
    if found:  # cut off
        yield found


def _property(line: str) -> tuple[str, str, str]:
    """Return the name, the parameters and the value of a line; an empty name if it has none."""
    name = _NAME.match(line)
    marks = (mark for mark in _QUOTED_OR_COLON.finditer(line) if mark[0] == ":")
    colon = next(marks, None)
    if name is None or colon is None:
        return "", "", ""
    given, value = line[name.end() : colon.start()], line[colon.end() :]
    return name[0].upper(), given[:MAX_VALUE_CHARS], value[:MAX_VALUE_CHARS]


def _event(properties: list[tuple[str, str, str]]) -> str:
    first = {name: (given, value) for name, given, value in reversed(properties)}
    guests = [_person(given, value) for name, given, value in properties if name == "ATTENDEE"]
    who = [_person(*first["ORGANIZER"])] if "ORGANIZER" in first else []
    end = _moment(*first["DTEND"]) if "DTEND" in first else ""
    begin = _moment(*first["DTSTART"]) if "DTSTART" in first else ""
    values = {
        "What": _plain(first.get("SUMMARY", ("", ""))[1]),
        "When": f"{begin} to {end}" if begin and end and begin != end else begin or end,
        "Where": _plain(first.get("LOCATION", ("", ""))[1]),
        "Who": ", ".join(dict.fromkeys([*who, *guests][:MAX_ENTRIES])),
        "Status": _plain(first.get("STATUS", ("", ""))[1]),
        "Details": _plain(first.get("DESCRIPTION", ("", ""))[1]),
    }
    return "\n".join(f"{label}: {value}" for label, value in values.items() if value)


def _moment(given: str, value: str) -> str:
    """Return a time with its zone: the event's own, because the user's is not known here."""
    found = _MOMENT.match(value.strip())
    if found is None:
        return _plain(value)
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if found[4] is None:
        return day
    zone = "UTC" if found[6] else _parameter(given, "TZID")
    return f"{day} {found[4]}:{found[5]}" + (f" ({zone})" if zone else "")


def _person(given: str, value: str) -> str:
    name, address = _parameter(given, "CN"), re.sub(r"(?i)^mailto:", "", value.strip())
    return f"{name} <{address}>" if name and name != address else address


def _parameter(given: str, name: str) -> str:
    for piece in given.split(";"):
        key, _, value = piece.partition("=")
        if key.strip().upper() == name:
            return value.strip().strip('"').strip()
    return ""


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()

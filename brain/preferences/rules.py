"""The user's settings: their JSON and stored forms, their validation, and the decisions that depend
on them.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import Form, Json
from brain.errors import EntryUnreadable
from brain.preferences.model import UNASKED_TOKENS, InUse, Preferences, Quiet, SaidBy
from brain.says.choice import LANGUAGES, tag_in
from brain.texts.domains import ascii_domain
from brain.texts.moments import DEFAULT_ZONE, zone_in, zone_named

VERSION = 1  # of the stored form; one with a higher number was written by newer code
MAX_TRUSTED = 100
MAX_ADDRESS_CHARS = 254  # of an address, by the standard for email
SET_ZONE = (
    "zoneIsSet"  # of the stored form: the user has set UTC, which older code stored for no zone
)
MAX_TOKENS = 1_000_000_000  # more than anybody uses: never ask

PREFERENCES = Form(Preferences)
IN_USE = Form(InUse)

_LABEL = r"[^\W_](?:[^\W_]|-)*"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_RECIPIENT = re.compile(rf"\A[\w.!#$%&'*+/=?^`{{|}}~-]*@{_DOMAIN}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


class Complaint(Struct, frozen=True, kw_only=True):
    """An invalid field and what is wrong with it."""

    field: str
    message: str


def preferences_to_wire(preferences: Preferences, used: InUse | None = None) -> Json:
    """The JSON form of the settings in the contract; in responses with what is in use."""
    form = PREFERENCES.encode(preferences)
    return form if used is None else {**form, "inUse": IN_USE.encode(used)}


def preferences_from_wire(wire: Any) -> Preferences | tuple[Complaint, ...]:
    """Parse the settings; return all complaints if a field is invalid.

    A field that is left out has its default value.
    """
    if not isinstance(wire, dict):
        return (Complaint(field="body", message="must be an object"),)
    complaints: list[Complaint] = []
    preferences = Preferences(
        trusted=_trusted(wire.get("trusted", []), complaints),
        quiet=_quiet(wire.get("quiet"), complaints),
        zone=_zone(wire.get("zone"), complaints),
        emails=_emails(wire.get("emails", "all"), complaints),
        language=_language(wire.get("language"), complaints),
        unasked_tokens=_tokens(wire.get("unaskedTokens", UNASKED_TOKENS), complaints),
    )
    return tuple(complaints) or preferences


def preferences_to_stored(preferences: Preferences) -> Json:
    """The stored form of the settings. What was added later is left out if it is not set."""
    form = {"v": VERSION, **preferences_to_wire(preferences)}
    if preferences.language is None:
        del form["language"]
    if preferences.zone is None:
        form["zone"] = DEFAULT_ZONE  # as older code stores and reads it
    elif preferences.zone == DEFAULT_ZONE:
        form[SET_ZONE] = True
    if preferences.unasked_tokens == UNASKED_TOKENS:
        del form["unaskedTokens"]
    return form


def preferences_from_stored(stored: Any) -> Preferences:
    """Read a stored form. Raises EntryUnreadable."""
    preferences = preferences_from_wire(stored)
    if not isinstance(preferences, Preferences) or stored.get("v") != VERSION:
        raise EntryUnreadable("the stored preferences cannot be read")
    is_set = preferences.zone != DEFAULT_ZONE or stored.get(SET_ZONE) is True
    return preferences if is_set else replace(preferences, zone=None)


def trusts(preferences: Preferences, address: str) -> bool:
    """Whether the user trusts this recipient, so that the brain does not ask.

    Only a bare address can be trusted, because any longer text may contain a second address.
    """
    # Not brought into another form: what is asked about is the address as it is written to.
    plain = address.lower() if address.isascii() else address
    if not _RECIPIENT.fullmatch(plain) or plain.startswith("@"):
        return False
    return plain in preferences.trusted or plain[plain.index("@") :] in preferences.trusted


def in_use(
    preferences: Preferences, *, zone: str | None, language: str | None, default: str | None
) -> InUse:
    """What holds for the user: their settings, else what their device says, else the defaults.

    `zone` and `language` are the device's. `default` is the deployment's language.
    """
    zone_in_use, zone_from = _first(preferences.zone, zone, DEFAULT_ZONE)
    tag, tag_from = _first(preferences.language, language, default or LANGUAGES[0])
    return InUse(zone=zone_in_use, zone_from=zone_from, language=tag, language_from=tag_from)


def _first(user: str | None, device: str | None, default: str) -> tuple[str, SaidBy]:
    if user:
        return user, "user"
    return (device, "device") if device else (default, "default")


def in_zone(preferences: Preferences, device: str) -> Preferences:
    """The settings with the time zone in use: the user's, else that of their device."""
    return preferences if preferences.zone else replace(preferences, zone=device)


def zone(preferences: Preferences) -> tzinfo:
    """The time zone of the settings; UTC if none is set, or if this machine does not know it."""
    return zone_named(preferences.zone)


def quiet_until(preferences: Preferences, now: datetime) -> datetime | None:
    """When the current quiet hours end; None if `now` is outside of quiet hours.

    Quiet hours are in local time. Where clocks are changed, a time that does not exist is an hour
    later, and of one that exists twice the first counts.
    """
    quiet, here = preferences.quiet, zone(preferences)
    if quiet is None:
        return None
    today = now.astimezone(here).date()
    until_next = timedelta(days=1 if quiet.until < quiet.start else 0)
    for day in (today - timedelta(days=1), today):
        start, end = (
            datetime.combine(date, at, here).astimezone(UTC)
            for date, at in ((day, quiet.start), (day + until_next, quiet.until))
        )
        if start <= now < end:
            return end
    return None


def _trusted(given: Any, complaints: list[Complaint]) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > MAX_TRUSTED:
        complaints.append(
            Complaint(field="trusted", message=f"must be a list of at most {MAX_TRUSTED}")
        )
        return ()
    recipients = [_plain(one) if isinstance(one, str) else "" for one in given]
    for place, recipient in enumerate(recipients):
        if len(recipient) > MAX_ADDRESS_CHARS or not _RECIPIENT.fullmatch(recipient):
            said = "must be an address (anna@example.org) or a domain (@example.org)"
            complaints.append(Complaint(field=f"trusted.{place}", message=said))
    return tuple(dict.fromkeys(recipients))


def _quiet(given: Any, complaints: list[Complaint]) -> Quiet | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        complaints.append(Complaint(field="quiet", message="must be {from, until}, or null"))
        return None
    times = {name: _time(given.get(name)) for name in ("from", "until")}
    said = "must be a time of day as HH:MM, 00:00 to 23:59"
    complaints += [
        Complaint(field=f"quiet.{name}", message=said) for name in times if not times[name]
    ]
    start, until = times["from"], times["until"]
    if start is None or until is None:
        return None
    if start == until:
        said = "must differ from `from`: for no quiet hours send null"
        complaints.append(Complaint(field="quiet.until", message=said))
    return Quiet(start=start, until=until)


def _time(given: Any) -> time | None:
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        return None
    return time(hour=int(given[:2]), minute=int(given[3:]))


def _zone(given: Any, complaints: list[Complaint]) -> str | None:
    if given is None:
        return None
    if (name := zone_in(given)) is None:
        said = "must be the name of a time zone, such as Europe/Berlin, or null"
        complaints.append(Complaint(field="zone", message=said))
    return name


def _emails(given: Any, complaints: list[Complaint]) -> Literal["all", "rules"]:
    if given not in ("all", "rules"):
        complaints.append(Complaint(field="emails", message="must be all or rules"))
    return "rules" if given == "rules" else "all"


def _language(given: Any, complaints: list[Complaint]) -> str | None:
    if given is None:
        return None
    if (tag := tag_in(given)) is None:
        said = "must be a language tag such as de or en-GB, or null"
        complaints.append(Complaint(field="language", message=said))
    return tag


def _tokens(given: Any, complaints: list[Complaint]) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MAX_TOKENS:
        return given
    said = f"must be a whole number from 0 to {MAX_TOKENS}"
    complaints.append(Complaint(field="unaskedTokens", message=said))
    return UNASKED_TOKENS


def _plain(address: str) -> str:
    """The address in lower case, with its domain in ASCII.

    An address with other letters before the `@` is unchanged: the lower case of some letters beyond
    ASCII is an ASCII letter, so that two different addresses would become equal.
    """
    local, at, domain = address.rpartition("@")
    return f"{local.lower()}@{ascii_domain(domain)}" if at and local.isascii() else address

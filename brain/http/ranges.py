"""Requests for a part of a file (RFC 9110, 14): some players first ask for a few bytes."""

import re

_ONE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class NotInRange(ValueError):
    """The part begins after the end of the file."""


def part_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last of the part that is asked for.

    None if the whole file is: without a header, for several parts, and for a header that cannot be
    read. Raises NotInRange.
    """
    found = _ONE.fullmatch((header or "").strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if last and first and int(last) < int(first):
        return None
    if start >= size or start == end:
        raise NotInRange
    return start, end

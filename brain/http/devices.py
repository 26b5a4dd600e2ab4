"""The pages of a user, as they name themselves in requests."""

import re

from starlette.datastructures import QueryParams

from brain.http.bodies import DeviceBody

NAMED = "device"  # of a query
NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")


def device_of(body: DeviceBody | None) -> str:
    """Return a page as `UserRequest.device` has it: `name`, `!` if it speaks, and its socket."""
    if body is None:
        return ""
    name = f"{body.id}!" if body.speaks else body.id
    return f"{name} {body.socket_id}" if body.socket_id else name


def name_and_socket(device: str) -> tuple[str, str | None]:
    """Return the name and the socket of `UserRequest.device`."""
    name, _, socket_id = device.partition(" ")
    return name.removesuffix("!"), socket_id or None


def named_in(query: QueryParams) -> str:
    """Return the page that a query names; empty without a name, or with one that is not usable."""
    name = query.get(NAMED, "")
    return name if NAME.fullmatch(name) else ""

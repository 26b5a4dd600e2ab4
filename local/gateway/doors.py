"""Lets in only requests that are meant for this machine's own addresses.

A page of any website can send requests to 127.0.0.1, and with DNS rebinding its name can point
there, so that it can also read the answers. So a request has to name a loopback address as its
host, and a browser's request must come from a page of this server. The host's port does not matter:
it is another one behind a forwarded port, and a page cannot choose the name.
`BRAIN_DEV_HOSTS` adds hosts, for a container or a tunnel: `box.example:3000,tunnel.example`.
Pages of the origins in `BRAIN_ALLOWED_ORIGINS` may send requests, as they may to a deployment.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from brain.http.origins import VARIABLE, allowed_origins
from local.platform.answers import problem

DEV_HOSTS = "BRAIN_DEV_HOSTS"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HTTP_PORT = 80  # browsers leave it out of the host and the origin

WRONG_HOST = f"This address is not served here. If it is yours, add it to {DEV_HOSTS}."
WRONG_ORIGIN = f"Pages of other sites cannot send requests here. See {DEV_HOSTS}."


class OwnDoor:
    """Wraps an app. With `from_any_port`, pages of any local port may send requests: the page and
    the services that it uses listen on different ports.
    """

    def __init__(
        self, app: ASGIApp, asked: Mapping[str, str], *, from_any_port: bool = False
    ) -> None:
        """`asked` is the user's environment."""
        self._app = app
        self._origins = asked.get(VARIABLE, "")
        self._more = {part.strip() for part in asked.get(DEV_HOSTS, "").split(",")} - {""}
        self._from_any_port = from_any_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 for a foreign host and 403 for a page of a foreign origin."""
        if scope["type"] != "lifespan":
            headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
            host = headers.get(b"host", "")
            if _without_port(host) not in LOOPBACK and host not in self._more:
                await problem(scope, send, 421, WRONG_HOST)
                return
            hosts = {host} | _own(scope["server"][1]) | self._more
            if not self._is_welcome(scope, headers, hosts):
                await problem(scope, send, 403, WRONG_ORIGIN)
                return
        await self._app(scope, receive, send)

    def _is_welcome(self, scope: Scope, headers: Mapping[bytes, str], hosts: set[str]) -> bool:
        """Whether no browser sent the request, or a page of these hosts did."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", "")
        if origin is None:
            return site != "cross-site" or _is_link(scope, headers)
        if origin == "null":  # some policies hide the origin, even from its own server
            return site == "same-origin"
        if allowed_origins(self._origins).allows(origin):
            return True
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https"):
            return False
        return host in hosts or (self._from_any_port and _without_port(host) in LOOPBACK)


def _own(port: int) -> set[str]:
    bare = set(LOOPBACK) if port == HTTP_PORT else set()
    return bare | {f"{name}:{port}" for name in LOOPBACK}


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() else host


def _is_link(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    """Whether the user followed a link of another page to this one, which reveals nothing to it."""
    is_page = headers.get(b"sec-fetch-mode") == "navigate"
    return is_page and scope.get("method") == "GET" and headers.get(b"sec-fetch-dest") == "document"

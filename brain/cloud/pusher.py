"""The channel: Pusher delivers messages to the user's open pages, at most once.

The SDK signs the requests. We send them with httpx over one persistent connection, because the
SDK's async backend opens a connection for each call and uses a CA bundle of 2021.
"""

import asyncio
import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from brain.cloud import meter
from brain.cloud.made import Made
from brain.codec import Json, dumps
from brain.errors import ChannelUnreachable, SettingMissing
from brain.settings import ChannelSettings

if TYPE_CHECKING:
    import httpx

LIMIT_S = 3.0  # seconds for one event; later events wait for it


def channel_names(user_id: str) -> tuple[str, str]:
    """Return the user's private and presence channel. The user id is hashed, because channel names
    allow only few characters.
    """
    digest = hashlib.sha256(user_id.encode()).hexdigest()[:32]
    return f"private-user-{digest}", f"presence-user-{digest}"


class PusherChannel:
    """`Channel` on Pusher; also signs subscriptions."""

    def __init__(self, at: ChannelSettings) -> None:
        self._options = {
            "app_id": at.app_id,
            "key": at.key,
            "secret": at.secret,
            "cluster": at.cluster,
            "host": at.host,
            "port": at.port,
            "ssl": at.tls,
        }
        self._client: Any = None
        self._http = Made(_make)

    async def publish(
        self, user_id: str, event: str, data: Json, *, but_not: str | None = None
    ) -> None:
        """Publish an event and wait until Pusher accepts it. Raises ChannelUnreachable.

        `but_not` is the socket of a page that is not told.
        """
        await self._http.get()
        import httpx
        from pusher.errors import PusherError

        name, _ = channel_names(user_id)
        try:
            async with asyncio.timeout(LIMIT_S), self._http.turn() as http:
                self._sdk().http.use(http)
                await self._trigger(name, event, dumps(data), but_not)
                meter.count(published=1)
        except (TimeoutError, httpx.HTTPError, PusherError, ValueError) as error:
            raise ChannelUnreachable(type(error).__name__) from error

    def sign(self, socket_id: str, channel: str, *, user_id: str, device: str = "") -> Json | None:
        """Return the authorisation for a subscription; None if the channel is not this user's own.

        `device` is the name of the page; empty if it has none. Raises ValueError for a malformed
        socket id.
        """
        private, presence = channel_names(user_id)
        if channel == private:
            return cast(Json, self._sdk().authenticate(channel, socket_id))
        if channel == presence:
            # Each page is a separate member. Otherwise a user's second page would not be reported,
            # and neither would the closing of the first.
            name = device or socket_id
            member = {"user_id": f"{presence.removeprefix('presence-user-')}.{name}"}
            return cast(Json, self._sdk().authenticate(channel, socket_id, member))
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        if (http := self._http.take()) is not None:
            await http.aclose()

    async def _trigger(self, channel: str, event: str, data: str, but_not: str | None) -> None:
        # The SDK's `trigger` is not used: it measures the text's size in Python's memory, so a text
        # with one emoji is refused at a third of Pusher's limit.
        from pusher.http import POST, Request

        sdk = self._sdk()
        params = {"name": event, "channels": [channel], "data": data}
        if but_not is not None:
            params["socket_id"] = but_not
        await sdk.http.send_request(Request(sdk, POST, f"/apps/{sdk.app_id}/events", params))

    def _sdk(self) -> Any:
        if self._client is None:
            from pusher.authentication_client import AuthenticationClient

            self._client = AuthenticationClient(**self._options, backend=_HttpxBackend)
        return self._client


class AbsentChannel:
    """`Channel` of a deployment whose settings have none."""

    def __init__(self, error: SettingMissing) -> None:
        self._error = error

    async def publish(
        self, user_id: str, event: str, data: Json, *, but_not: str | None = None
    ) -> None:
        raise ChannelUnreachable("it is not set up")

    def sign(self, socket_id: str, channel: str, *, user_id: str, device: str = "") -> Json | None:
        """Raise SettingMissing: there is nothing to subscribe to."""
        raise self._error

    async def aclose(self) -> None:
        return None


def _make() -> "httpx.AsyncClient":
    """Import what an event needs, and open a client."""
    import httpx

    import_module("pusher.authentication_client")
    return httpx.AsyncClient(timeout=LIMIT_S)


class _HttpxBackend:
    """Sends the SDK's signed requests, with the client of the event loop that runs."""

    def __init__(self, client: Any) -> None:
        self._http: httpx.AsyncClient

    def use(self, http: "httpx.AsyncClient") -> None:
        self._http = http

    async def send_request(self, request: Any) -> Any:
        from pusher.http import process_response

        answer = await self._http.request(
            request.method, request.url, content=request.body, headers=request.headers
        )
        return process_response(answer.status_code, answer.text)

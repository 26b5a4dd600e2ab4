"""The HTTP API under `/apps/{app_id}`: requests are signed, errors are plain text."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.pusher.conversation import Credentials
from local.pusher.hub import Hub
from local.pusher.protocol import UNAUTHORIZED, is_presence
from local.pusher.requests import (
    SUBSCRIPTION_COUNT,
    USER_COUNT,
    Call,
    RequestRefused,
    Trigger,
    check_signature,
    check_user_count,
    parse_batch,
    parse_info,
    parse_trigger,
)

type Answer = dict[str, object]


class ApiRoutes:
    def __init__(self, hub: Hub, credentials: Credentials, wall_clock: Callable[[], float]) -> None:
        """`wall_clock` returns Unix time in seconds."""
        self._hub = hub
        self._credentials = credentials
        self._wall_clock = wall_clock

    def routes(self) -> list[Route]:
        return [
            self._route("POST", "/events", self._trigger),
            self._route("POST", "/batch_events", self._trigger_batch),
            self._route("GET", "/channels", self._list_channels),
            self._route("GET", "/channels/{channel}", self._show_channel),
            self._route("GET", "/channels/{channel}/users", self._list_users),
            self._route("POST", "/users/{user_id}/terminate_connections", self._terminate),
        ]

    def _route(self, method: str, path: str, answer: Callable[[Call], Answer]) -> Route:
        async def endpoint(request: Request) -> Response:
            if failure := self._hub.failure():
                return PlainTextResponse("switched to fail\n", failure.status)
            call = Call(
                method=request.method,
                path=request.scope["path"],
                names=request.path_params,
                query=tuple(request.query_params.multi_items()),
                body=await request.body(),
            )
            try:
                self._admit(call)
                return JSONResponse(answer(call))
            except RequestRefused as refused:
                return PlainTextResponse(f"{refused}\n", refused.status)

        return Route(path, endpoint, methods=[method])

    def _admit(self, call: Call) -> None:
        if (app_id := call.names["app_id"]) != self._credentials.app_id:
            raise RequestRefused(404, f"Unknown app_id {app_id}")
        check_signature(call, self._credentials, self._wall_clock())
        if self._hub.switches.disabled:
            raise RequestRefused(403, "Application disabled")

    def _trigger(self, call: Call) -> Answer:
        trigger = parse_trigger(call.body)
        self._publish(trigger)
        if not trigger.info:
            return {}
        return {"channels": {name: self._info(name, trigger.info) for name in trigger.channels}}

    def _trigger_batch(self, call: Call) -> Answer:
        # Parse the whole batch before publishing: one invalid event rejects all of them.
        batch = parse_batch(call.body)
        for trigger in batch:
            self._publish(trigger)
        if not any(trigger.info for trigger in batch):
            return {}
        return {"batch": [self._info(trigger.channels[0], trigger.info) for trigger in batch]}

    def _publish(self, trigger: Trigger) -> None:
        for channel in trigger.channels:
            self._hub.publish(channel, trigger.event, except_id=trigger.except_id)

    def _list_channels(self, call: Call) -> Answer:
        info, prefix = parse_info(call.param("info")), call.param("filter_by_prefix")
        check_user_count(info, prefix)
        named = [name for name in self._hub.occupied() if name.startswith(prefix)]
        return {"channels": {name: self._info(name, info) for name in named}}

    def _show_channel(self, call: Call) -> Answer:
        channel = call.names["channel"]
        info = parse_info(call.param("info"))
        check_user_count(info, channel)
        return {"occupied": channel in self._hub.occupied(), **self._info(channel, info)}

    def _list_users(self, call: Call) -> Answer:
        channel = call.names["channel"]
        if not is_presence(channel):
            raise RequestRefused(400, "Users can only be retrieved for presence channels")
        return {"users": [{"id": user_id} for user_id in self._hub.users(channel)]}

    def _terminate(self, call: Call) -> Answer:
        for peer in list(self._hub.peers.values()):
            if peer.user_id == call.names["user_id"]:
                peer.close(UNAUTHORIZED)
        return {}

    def _info(self, channel: str, wanted: frozenset[str]) -> Answer:
        attributes: Answer = {}
        if USER_COUNT in wanted and is_presence(channel):
            attributes[USER_COUNT] = len(self._hub.users(channel))
        if SUBSCRIPTION_COUNT in wanted:
            attributes[SUBSCRIPTION_COUNT] = self._hub.occupied().get(channel, 0)
        return attributes

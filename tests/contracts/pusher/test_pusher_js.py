"""The local channel server, tested with pusher-js in node."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pusher import Pusher

from local.pusher import LocalPusher
from tests.contracts.pusher.pusher_stage import KEY, call, new_server, sdk_for, served
from tests.local.qstash_stage import Destination
from tests.local.qstash_stage import served as destination_served

ROOT = Path(__file__).parents[3]
CLIENT = Path(__file__).parent / "js" / "client.js"
PATIENCE_S = 60.0  # seconds; after a first attempt in vain pusher-js waits 15 s for its next

type Note = dict[str, Any]


@dataclass
class PusherJs:
    """A node process with one pusher-js in it; the SDK answers what it must be authorized for."""

    process: Process
    sdk: Pusher
    user_id: str
    notes: list[Note] = field(default_factory=list)
    _noted: asyncio.Condition = field(default_factory=asyncio.Condition)

    def do(self, proposal: str, **details: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": proposal, **details}).encode() + b"\n")

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            note = json.loads(line)
            self._answer(note)
            async with self._noted:
                self.notes.append(note)
                self._noted.notify_all()

    def _answer(self, note: Note) -> None:
        match note:
            case {"note": "authorize", "channelName": "private-forbidden"}:
                self.do("answer", id=note["id"], error="not yours")
            case {"note": "authorize", "channelName": channel, "socketId": socket_id}:
                member = {"user_id": self.user_id, "user_info": {"name": self.user_id.title()}}
                told = member if channel.startswith("presence-") else None
                data = self.sdk.authenticate(channel, socket_id, told)
                self.do("answer", id=note["id"], data=data)
            case {"note": "authenticate", "socketId": socket_id}:
                data = self.sdk.authenticate_user(socket_id, {"id": self.user_id})
                self.do("answer", id=note["id"], data=data)

    async def has(self, count: int, **facts: object) -> list[Note]:
        """The first `count` notes with these facts, as soon as they are there."""
        async with asyncio.timeout(PATIENCE_S), self._noted:
            await self._noted.wait_for(lambda: len(self._with(facts)) >= count)
            return self._with(facts)[:count]

    def _with(self, facts: Note) -> list[Note]:
        return [note for note in self.notes if facts.items() <= note.items()]

    async def subscribed(self, channel: str, times: int = 1) -> Note:
        """The data of the last of `count` successful subscriptions."""
        name = "pusher:subscription_succeeded"
        notes = await self.has(times, note="event", channel=channel, name=name)
        data: Note = notes[-1]["data"]
        return data


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    server: LocalPusher
    port: int
    sdk: Pusher

    @asynccontextmanager
    async def user(self, user_id: str) -> AsyncIterator[PusherJs]:
        node = _needed(shutil.which("node"), "Node 20 or newer is missing: install it")
        process = await asyncio.create_subprocess_exec(
            node, CLIENT, KEY, str(self.port), stdin=PIPE, stdout=PIPE
        )
        user = PusherJs(process=process, sdk=self.sdk, user_id=user_id)
        listening = asyncio.create_task(user.listen())
        try:
            yield user
        finally:
            assert process.stdin is not None
            process.stdin.close()  # the script ends with its input
            await process.wait()
            await listening


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    is_installed = (ROOT / "node_modules" / "pusher-js").is_dir()
    _needed(is_installed, "pusher-js is missing: run `npm install` in the repository")
    server = new_server()
    async with served(server) as port, sdk_for(port) as sdk:
        yield Stage(server=server, port=port, sdk=sdk)


def _needed[T](thing: T | None, what_to_do: str) -> T:
    if not thing:
        pytest.fail(what_to_do, pytrace=False)
    return thing


async def test_a_private_channel_brings_its_events_in_order(stage: Stage) -> None:
    async with stage.user("anna") as anna:
        anna.do("subscribe", channel="private-anna")
        await anna.subscribed("private-anna")
        for number in range(5):
            await call(stage.sdk.trigger, "private-anna", "message", {"seq": number, "text": "hé"})

        notes = await anna.has(5, channel="private-anna", name="message")
    assert [note["data"] for note in notes] == [{"seq": n, "text": "hé"} for n in range(5)]


async def test_presence_tells_who_is_there_who_comes_and_who_goes(stage: Stage) -> None:
    async with stage.user("anna") as anna:
        anna.do("subscribe", channel="presence-a")
        alone = await anna.subscribed("presence-a")
        async with stage.user("bob") as bob:
            bob.do("subscribe", channel="presence-a")
            both = await bob.subscribed("presence-a")
            [came] = await anna.has(1, name="pusher:member_added")
        [went] = await anna.has(1, name="pusher:member_removed")

    assert (alone["count"], alone["myID"]) == (1, "anna")
    assert both["members"] == {"anna": {"name": "Anna"}, "bob": {"name": "Bob"}}
    assert both["me"] == {"id": "bob", "info": {"name": "Bob"}}
    assert came["data"] == went["data"] == {"id": "bob", "info": {"name": "Bob"}}


async def test_a_client_event_reaches_the_other_with_the_senders_id(stage: Stage) -> None:
    async with stage.user("anna") as anna, stage.user("bob") as bob:
        anna.do("subscribe", channel="presence-a", watch=["client-typing"])
        await anna.subscribed("presence-a")
        bob.do("subscribe", channel="presence-a", watch=["client-typing"])
        await bob.subscribed("presence-a")
        bob.do("trigger", channel="presence-a", name="client-typing", data={"at": 3})

        [sent] = await anna.has(1, note="sent")
    assert (sent["data"], sent["userId"]) == ({"at": 3}, "bob")
    assert not [note for note in bob.notes if note["note"] == "sent"]


async def test_webhooks_report_pages_and_their_messages(stage: Stage) -> None:
    async with destination_served(application := Destination()) as url:
        stage.server.webhook = url
        async with stage.user("anna") as anna:
            anna.do("subscribe", channel="presence-a")
            await anna.subscribed("presence-a")
            anna.do("trigger", channel="presence-a", name="client-typing", data={"at": 3})
            told = [json.loads(each.body)["events"][0] for each in await application.has(3)]

    names = ["channel_occupied", "member_added", "client_event"]
    assert [event["name"] for event in told] == names
    assert told[1]["user_id"] == told[2]["user_id"] == "anna"
    assert (told[2]["event"], json.loads(told[2]["data"])) == ("client-typing", {"at": 3})


async def test_a_subscription_the_application_refuses_is_an_error_on_its_channel(
    stage: Stage,
) -> None:
    async with stage.user("anna") as anna:
        anna.do("subscribe", channel="private-forbidden")

        [refused] = await anna.has(1, name="pusher:subscription_error")
    assert refused["data"] == {"type": "AuthError", "error": "not yours"}
    assert stage.server.occupied() == {}


async def test_a_forged_signature_is_an_error_on_the_connection(stage: Stage) -> None:
    async with sdk_for(stage.port, secret="guessed") as forger, stage.user("anna") as anna:
        anna.sdk = forger
        anna.do("subscribe", channel="private-anna")

        [note] = await anna.has(1, note="error")
    assert note["error"]["type"] == "PusherError"
    assert "Invalid signature" in note["error"]["data"]["message"]
    assert stage.server.occupied() == {}


async def test_dropped_clients_come_back_with_all_their_subscriptions(stage: Stage) -> None:
    async with stage.user("anna") as anna:
        await _listens(anna)
        await stage.server.drop_connections()
        await call(stage.sdk.trigger, "private-anna", "message", {"seq": 1})
        await _came_back(stage, anna)

        # Nothing is repeated: what was said while nobody listened is to be fetched elsewhere.
        [note] = await anna.has(1, channel="private-anna", name="message")
    assert note["data"] == {"seq": 2}


async def test_clients_come_back_after_the_server_was_stopped_and_started() -> None:
    server = new_server()
    async with AsyncExitStack() as outlives_the_server:
        async with served(server) as port, sdk_for(port) as sdk:
            user = Stage(server=server, port=port, sdk=sdk).user("anna")
            anna = await outlives_the_server.enter_async_context(user)
            await _listens(anna)
        async with served(server, port), sdk_for(port) as sdk:
            await _came_back(Stage(server=server, port=port, sdk=sdk), anna)
            await anna.has(1, channel="private-anna", name="message")


async def test_an_unsubscribed_channel_is_silent(stage: Stage) -> None:
    async with stage.user("anna") as anna:
        await _listens(anna)
        anna.do("unsubscribe", channel="private-anna")
        await stage.server.until(lambda: stage.server.occupied() == {"presence-a": 1})
        await call(stage.sdk.trigger, ["private-anna", "presence-a"], "message", {})

        await anna.has(1, channel="presence-a", name="message")
    names = [note["name"] for note in anna.notes if note.get("channel") == "private-anna"]
    assert names == ["pusher:subscription_succeeded"]


async def test_a_signed_in_user_gets_what_is_sent_to_the_user(stage: Stage) -> None:
    async with stage.user("anna") as anna:
        anna.do("signin")
        own = "#server-to-user-anna"
        await stage.server.until(lambda: stage.server.occupied() == {own: 1})
        await call(stage.sdk.trigger, own, "greeting", {"text": "hello"})

        [note] = await anna.has(1, note="user")
    assert note["data"] == {"text": "hello"}


async def _listens(anna: PusherJs) -> None:
    for channel in ("private-anna", "presence-a"):
        anna.do("subscribe", channel=channel)
        await anna.subscribed(channel)


async def _came_back(stage: Stage, anna: PusherJs) -> None:
    for channel in ("private-anna", "presence-a"):
        await anna.subscribed(channel, times=2)
    await call(stage.sdk.trigger, "private-anna", "message", {"seq": 2})

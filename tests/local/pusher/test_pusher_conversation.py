"""The requests of clients to the channel server, with connections in memory and a given clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from local.pusher.conversation import Conversation, Credentials
from local.pusher.hub import Counts, Event, Hub
from local.pusher.protocol import Close, Frame, FrameRefused, sign
from local.pusher.switches import Failure, Switches

APP = Credentials(app_id="1", key="key", secret="secret")


@dataclass
class MemoryPeer:
    """A connection that records the frames sent to it."""

    id: str
    user_id: str | None = None
    frames: list[str] = field(default_factory=list)
    closes: list[Close] = field(default_factory=list)

    def send(self, frame: str) -> None:
        self.frames.append(frame)

    def close(self, close: Close) -> None:
        self.closes.append(close)

    def heard(self) -> list[tuple[str, object]]:
        frames = [json.loads(frame) for frame in self.frames]
        return [(frame["event"], json.loads(frame["data"])) for frame in frames]


@pytest.fixture
def hub() -> Hub:
    return Hub(lambda: 0.0)


def join(hub: Hub, socket_id: str) -> tuple[MemoryPeer, Conversation]:
    peer = MemoryPeer(socket_id)
    hub.join(peer)
    return peer, Conversation(peer, hub, APP, lambda: 0.0)


def subscription(peer: MemoryPeer, channel: str, channel_data: str | None = None) -> Frame:
    signed = f"{peer.id}:{channel}" + (f":{channel_data}" if channel_data else "")
    auth = f"{APP.key}:{sign(APP.secret, signed)}"
    data = {"channel": channel, "auth": auth, "channel_data": channel_data}
    return Frame(event="pusher:subscribe", channel=None, data=data)


def test_a_user_with_two_connections_is_one_member_until_the_last_one_closes(hub: Hub) -> None:
    anna, of_anna = join(hub, "1.1")
    bob1, of_bob1 = join(hub, "1.2")
    bob2, of_bob2 = join(hub, "1.3")
    of_anna.hear(subscription(anna, "presence-a", '{"user_id": "anna"}'))
    of_bob1.hear(subscription(bob1, "presence-a", '{"user_id": "bob", "user_info": {"age": 3}}'))
    of_bob2.hear(subscription(bob2, "presence-a", '{"user_id": "bob", "user_info": {"age": 3}}'))
    hub.leave(bob1)
    before = anna.heard()
    hub.leave(bob2)

    arrival = ("pusher_internal:member_added", {"user_id": "bob", "user_info": {"age": 3}})
    assert before[1:] == [arrival]
    assert anna.heard()[2:] == [("pusher_internal:member_removed", {"user_id": "bob"})]
    everyone = {"ids": ["anna", "bob"], "hash": {"anna": None, "bob": {"age": 3}}, "count": 2}
    succeeded = ("pusher_internal:subscription_succeeded", {"presence": everyone})
    assert bob1.heard() == bob2.heard() == [succeeded]


def test_the_hundred_and_first_user_of_a_presence_channel_is_refused(hub: Hub) -> None:
    for number in range(100):
        peer, conversation = join(hub, f"1.{number}")
        conversation.hear(subscription(peer, "presence-a", f'{{"user_id": "{number}"}}'))
    again, of_again = join(hub, "2.1")
    of_again.hear(subscription(again, "presence-a", '{"user_id": "0"}'))
    late, of_late = join(hub, "2.2")

    with pytest.raises(FrameRefused, match="100 members"):
        of_late.hear(subscription(late, "presence-a", '{"user_id": "late"}'))
    assert hub.occupied() == {"presence-a": 101}


def test_a_signed_in_user_needs_no_channel_data_and_has_its_own_channel(hub: Hub) -> None:
    peer, conversation = join(hub, "1.1")
    user = '{"id": "anna", "user_info": {"age": 3}}'
    auth = f"{APP.key}:{sign(APP.secret, f'1.1::user::{user}')}"
    signin = {"auth": auth, "user_data": user}
    conversation.hear(Frame(event="pusher:signin", channel=None, data=signin))
    conversation.hear(subscription(peer, "presence-a"))
    conversation.hear(subscription(peer, "#server-to-user-anna"))

    assert peer.heard()[0] == ("pusher:signin_success", {"user_data": user})
    assert hub.users("presence-a") == {"anna": {"age": 3}}
    with pytest.raises(FrameRefused, match="Only the user itself"):
        conversation.hear(subscription(peer, "#server-to-user-bob"))


def test_a_signature_for_another_socket_or_channel_is_refused(hub: Hub) -> None:
    anna, of_anna = join(hub, "1.1")
    bob, _ = join(hub, "1.2")
    stolen = subscription(bob, "private-bob")

    with pytest.raises(FrameRefused, match=r"digest of 1\.1:private-bob, but got"):
        of_anna.hear(stolen)
    with pytest.raises(FrameRefused, match="Auth info required to subscribe to private-bob"):
        of_anna.hear(Frame(event="pusher:subscribe", channel=None, data={"channel": "private-bob"}))
    assert hub.occupied() == {}
    assert anna.frames == []


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (Frame(event="client-a", channel="public", data={}), "private and presence"),
        (Frame(event="client-a", channel=None, data={}), "private and presence"),
        (Frame(event="client-a", channel="private-b", data={}), "not subscribed"),
        (Frame(event="server-a", channel="private-a", data={}), "start with 'client-'"),
        (Frame(event="pusher:error", channel="private-a", data={}), "start with 'client-'"),
        (Frame(event="client-" + "n" * 194, channel="private-a", data={}), "longer than 200"),
        (Frame(event="client-a", channel="private-a", data="ü" * 5_121), "larger than 10240"),
        (Frame(event="pusher:subscribe", channel=None, data=None), "must be an object"),
        (Frame(event="pusher:subscribe", channel=None, data={"channel": 1}), "must be a string"),
        (Frame(event="pusher:subscribe", channel=None, data={"channel": "a b"}), "Invalid channel"),
        (
            Frame(event="pusher:subscribe", channel=None, data={"channel": "private-encrypted-a"}),
            "Encrypted channels are not supported",
        ),
    ],
)
def test_a_forbidden_request_is_refused_and_reaches_no_other_client(
    hub: Hub, frame: Frame, message: str
) -> None:
    sender, of_sender = join(hub, "1.1")
    listener, of_listener = join(hub, "1.2")
    of_sender.hear(subscription(sender, "private-a"))
    of_listener.hear(subscription(listener, "private-a"))

    with pytest.raises(FrameRefused, match=message):
        of_sender.hear(frame)
    assert len(listener.frames) == 1
    assert hub.counts().published == 0


def test_a_client_event_reaches_the_others_with_its_senders_id(hub: Hub) -> None:
    sender, of_sender = join(hub, "1.1")
    listener, of_listener = join(hub, "1.2")
    of_listener.hear(subscription(listener, "presence-a", '{"user_id": "bob"}'))
    of_sender.hear(subscription(sender, "presence-a", '{"user_id": "anna"}'))
    of_sender.hear(Frame(event="client-a", channel="presence-a", data={"x": "ü\ud800"}))

    frame = json.loads(listener.frames[-1])
    assert frame["user_id"] == "anna"
    assert json.loads(frame["data"]) == {"x": "ü\ud800"}
    assert len(sender.frames) == 1


def test_a_client_that_unsubscribes_gets_no_more_events_and_may_subscribe_again(hub: Hub) -> None:
    peer, conversation = join(hub, "1.1")
    conversation.hear(subscription(peer, "private-a"))
    with pytest.raises(FrameRefused, match="Existing subscription to channel private-a"):
        conversation.hear(subscription(peer, "private-a"))
    leaving = Frame(event="pusher:unsubscribe", channel=None, data={"channel": "private-a"})
    conversation.hear(leaving)
    conversation.hear(leaving)
    hub.publish("private-a", Event(name="missed", data="{}"))
    conversation.hear(subscription(peer, "private-a"))

    assert peer.heard() == [("pusher_internal:subscription_succeeded", {})] * 2


# --- misbehaviour --------------------------------------------------------------------------------


def test_the_same_seed_drops_the_same_events() -> None:
    def heard() -> list[str]:
        hub = Hub(lambda: 0.0)
        peer, conversation = join(hub, "1.1")
        conversation.hear(subscription(peer, "private-a"))
        hub.switch(Switches(drop=0.3, seed=7))
        for number in range(100):
            hub.publish("private-a", Event(name=str(number), data="{}"))
        counts = hub.counts()
        assert counts == Counts(
            published=100, delivered=len(peer.frames) - 1, dropped=counts.dropped, connections=1
        )
        return peer.frames

    assert heard() == heard()
    assert 50 < len(heard()) < 90


def test_a_doubled_event_arrives_twice_and_is_published_once(hub: Hub) -> None:
    peer, conversation = join(hub, "1.1")
    conversation.hear(subscription(peer, "private-a"))
    hub.switch(Switches(double=1))
    hub.publish("private-a", Event(name="twice", data="{}"))

    assert [event for event, _ in peer.heard()[1:]] == ["twice", "twice"]
    assert (hub.counts().published, hub.counts().delivered) == (1, 2)


def test_a_late_event_arrives_after_the_next_one_but_not_at_a_client_that_has_left() -> None:
    timers: list[tuple[float, Callable[[], None]]] = []
    hub = Hub(lambda: 0.0, later=lambda *timer: timers.append(timer))
    stays, of_stays = join(hub, "1.1")
    leaves, of_leaves = join(hub, "1.2")
    for peer, conversation in ((stays, of_stays), (leaves, of_leaves)):
        conversation.hear(subscription(peer, "private-a"))
    hub.switch(Switches(late=1, late_s=7))
    hub.publish("private-a", Event(name="late", data="{}"))
    hub.switch(Switches())
    hub.publish("private-a", Event(name="next", data="{}"))
    hub.leave(leaves)
    for _, arrive in timers:
        arrive()

    assert [seconds for seconds, _ in timers] == [7, 7]
    assert [event for event, _ in stays.heard()[1:]] == ["next", "late"]
    assert [event for event, _ in leaves.heard()[1:]] == ["next"]
    assert hub.counts().delivered == 3


async def test_a_late_event_is_delivered_without_further_calls() -> None:
    hub = Hub(lambda: 0.0)
    peer, conversation = join(hub, "1.1")
    conversation.hear(subscription(peer, "private-a"))
    hub.switch(Switches(late=1, late_s=0.01))
    hub.publish("private-a", Event(name="late", data="{}"))
    assert hub.counts().delivered == 0

    async with asyncio.timeout(20):
        await hub.until(lambda: hub.counts().delivered == 1)
    assert len(peer.frames) == 2


def test_a_failure_ends_by_itself_and_other_switches_do_not_prolong_it() -> None:
    now = [0.0]
    hub = Hub(lambda: now[0])
    failing = Switches(fail=Failure(status=500, seconds=30))
    hub.switch(failing)
    now[0] = 20.0
    hub.switch(Switches(fail=failing.fail, drop=0.1))
    during = hub.failure()
    now[0] = 30.0

    assert during == Failure(status=500, seconds=30)
    assert hub.failure() is None

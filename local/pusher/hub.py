"""The state of the channel server: connections, subscriptions and published events."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from local.pusher.protocol import MAX_MEMBERS, Close, FrameRefused, Member, event_frame
from local.pusher.switches import DeliveryFaults, Failure, Switches

EVENTS_KEPT = 200  # events per channel that a test can look back on

type WebhookEvent = Mapping[str, str]  # an event of the vendor's webhooks
type Later = Callable[[float, Callable[[], None]], object]  # seconds, and what to do after them


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """`published` counts an event once per channel, the others once per subscriber."""

    published: int = 0
    delivered: int = 0
    dropped: int = 0
    connections: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """`except_id` is the connection that was left out."""

    name: str
    data: str
    except_id: str | None = None


class Peer(Protocol):
    """One connection. Neither method waits or raises."""

    id: str
    user_id: str | None

    def send(self, frame: str) -> None: ...

    def close(self, close: Close) -> None: ...


@dataclass(slots=True)
class Channel:
    listeners: dict[str, Peer] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)  # by connection, not by user

    def users(self) -> dict[str, object]:
        """Return each user once, with its info, in order of arrival."""
        return {member.user_id: member.user_info for member in self.members.values()}


def on_the_loop(seconds: float, do: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, do)


def ignore(_: WebhookEvent) -> None:
    pass


class Hub:
    def __init__(
        self,
        clock: Callable[[], float],
        *,
        observe: Callable[[WebhookEvent], None] = ignore,
        later: Later = on_the_loop,
    ) -> None:
        """`clock` returns monotonic seconds; `observe` is called with each event that webhooks
        report.
        """
        self.peers: dict[str, Peer] = {}
        self.events: dict[str, deque[Event]] = {}
        self._channels: dict[str, Channel] = {}
        self._heard_by: defaultdict[str, set[str]] = defaultdict(set)
        self._published = self._delivered = self._dropped = 0
        self._observe = observe
        self._later = later
        self._delivery_faults = DeliveryFaults(clock)
        self._changed = asyncio.Event()

    # --- connections -----------------------------------------------------------------------------

    def join(self, peer: Peer) -> None:
        self.peers[peer.id] = peer
        self._notify_waiting()

    def leave(self, peer: Peer) -> None:
        for channel in self._heard_by.pop(peer.id, set()):
            self._remove(peer, channel)
        self.peers.pop(peer.id, None)
        self._notify_waiting()

    def subscribe(self, peer: Peer, name: str, member: Member | None = None) -> None:
        """Subscribe. With a member, it is a presence channel and the others are notified of the new
        member.
        """
        channel = self._channels.get(name) or Channel()
        if peer.id in channel.listeners:
            raise FrameRefused(f"Existing subscription to channel {name}")
        users = channel.users()
        newcomer = member if member and member.user_id not in users else None
        if newcomer and len(users) >= MAX_MEMBERS:
            raise FrameRefused(f"Channel {name} has its {MAX_MEMBERS} members")
        if not channel.listeners:
            self._observe({"name": "channel_occupied", "channel": name})
        if newcomer:
            arrival = {"user_id": newcomer.user_id, "user_info": newcomer.user_info}
            self._announce(channel, name, "member_added", arrival)
        if member:
            channel.members[peer.id] = member
        channel.listeners[peer.id] = peer
        self._channels[name] = channel
        self._heard_by[peer.id].add(name)
        self._notify_waiting()

    def unsubscribe(self, peer: Peer, name: str) -> None:
        if name in self._heard_by[peer.id]:
            self._heard_by[peer.id].remove(name)
            self._remove(peer, name)
            self._notify_waiting()

    def _remove(self, peer: Peer, name: str) -> None:
        channel = self._channels[name]
        del channel.listeners[peer.id]
        member = channel.members.pop(peer.id, None)
        if member and member.user_id not in channel.users():
            self._announce(channel, name, "member_removed", {"user_id": member.user_id})
        if not channel.listeners:
            del self._channels[name]
            self._observe({"name": "channel_vacated", "channel": name})

    def _announce(
        self, channel: Channel, name: str, event: str, data: Mapping[str, object]
    ) -> None:
        self._observe({"name": event, "channel": name, "user_id": str(data["user_id"])})
        frame = event_frame(f"pusher_internal:{event}", json.dumps(data), channel=name)
        for listener in channel.listeners.values():
            listener.send(frame)

    # --- events ----------------------------------------------------------------------------------

    def publish(
        self, name: str, event: Event, *, except_id: str | None = None, user_id: str | None = None
    ) -> None:
        """`user_id` is the member who sent a client event; other events have none."""
        self._published += 1
        sent = replace(event, except_id=except_id)
        self.events.setdefault(name, deque(maxlen=EVENTS_KEPT)).append(sent)
        frame = event_frame(event.name, event.data, channel=name, user_id=user_id)
        for listener in self._listeners(name):
            if listener.id != except_id:
                self._deliver(name, listener, frame)
        self._notify_waiting()

    def relay(self, sender: Peer, name: str, event: Event) -> None:
        """Relay a client event to the other subscribers, with the sender's user id if it has
        one.
        """
        member = self.member(sender, name)
        user_id = member.user_id if member else None
        content = {"event": event.name, "data": event.data, "socket_id": sender.id}
        who = {"user_id": user_id} if user_id else {}
        self._observe({"name": "client_event", "channel": name, **content, **who})
        self.publish(name, event, except_id=sender.id, user_id=user_id)

    def _deliver(self, name: str, listener: Peer, frame: str) -> None:
        delays_s = self._delivery_faults.delays_s()
        self._dropped += not delays_s
        for delay_s in delays_s:
            if delay_s:
                self._later(delay_s, partial(self._send, name, listener, frame))
            else:
                self._send(name, listener, frame)

    def _send(self, name: str, listener: Peer, frame: str) -> None:
        if self.listens(listener, name):  # a peer that has left receives no delayed events
            listener.send(frame)
            self._delivered += 1
            self._notify_waiting()

    def _listeners(self, name: str) -> list[Peer]:
        channel = self._channels.get(name)
        return list(channel.listeners.values()) if channel else []

    # --- questions -------------------------------------------------------------------------------

    def listens(self, peer: Peer, name: str) -> bool:
        return name in self._heard_by.get(peer.id, ())

    def occupied(self) -> dict[str, int]:
        """Return every channel with subscribers, and how many connections each has."""
        return {name: len(channel.listeners) for name, channel in self._channels.items()}

    def users(self, name: str) -> dict[str, object]:
        channel = self._channels.get(name)
        return channel.users() if channel else {}

    def member(self, peer: Peer, name: str) -> Member | None:
        channel = self._channels.get(name)
        return channel.members.get(peer.id) if channel else None

    def counts(self) -> Counts:
        return Counts(
            published=self._published,
            delivered=self._delivered,
            dropped=self._dropped,
            connections=len(self.peers),
        )

    def failure(self) -> Failure | None:
        """The failure that is active now."""
        return self._delivery_faults.failure()

    # --- tests -----------------------------------------------------------------------------------

    @property
    def switches(self) -> Switches:
        return self._delivery_faults.switches

    def switch(self, switches: Switches) -> None:
        """Set the switches. The random sequence restarts from the seed; a failure's time starts
        when first set.
        """
        self._delivery_faults.switch(switches)

    async def until(self, is_reached: Callable[[], bool]) -> None:
        while not is_reached():
            await self._changed.wait()

    def _notify_waiting(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

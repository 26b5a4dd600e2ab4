"""Events that stand in no log, for the user's pages on every road but polling."""

import asyncio

from brain.cloud.redis.news import tell
from brain.cloud.redis.scripts import Redis
from brain.codec import Json
from brain.errors import ChannelUnreachable, StoreUnreachable
from brain.run.ports import Channel


class Everywhere:
    """`Channel` for all roads: the channel, and the store's news for streams and sockets."""

    def __init__(self, channel: Channel, redis: Redis) -> None:
        self._channel = channel
        self._redis = redis

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        """Publish on both ways; one that fails does not hold up the other.

        Raises ChannelUnreachable if one of them has failed.
        """
        channel = self._channel.publish(user_id, event, data)
        news = tell(self._redis, user_id, event, data)
        for failure in await asyncio.gather(channel, news, return_exceptions=True):
            if isinstance(failure, ChannelUnreachable | StoreUnreachable):
                raise ChannelUnreachable(str(failure)) from failure
            if failure is not None:
                raise failure

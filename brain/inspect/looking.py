"""Finds out whom a name means, and reads everything of them. What cannot be read is named."""

import re
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct, field

from brain.cloud.redis.scripts import Keys
from brain.errors import Unreachable
from brain.inspect.model import Seen
from brain.inspect.postgres import InspectedDatabase
from brain.inspect.queue import InspectedQueue
from brain.inspect.redis import InspectedStore
from brain.preferences.model import Preferences

HASH = re.compile(r"[0-9a-f]{16,64}")  # as in the log (16), in a key (32), or whole
STORE = "store"
KEY_CHARS = 32  # of a hash in a key


class Inspection(Struct, kw_only=True):
    """Reads from the services that are set up. `unread` says what could not be read, and why."""

    store: InspectedStore
    queue: InspectedQueue | None
    database: InspectedDatabase | None
    unread: dict[str, str] = field(default_factory=dict)
    is_cut_off: bool = False  # a service that is set up did not answer

    async def look(self, name: str, *, user: str = "") -> Seen | None:
        """Return what there is of a user or a run; None if there is nothing.

        `name` is a user id, the hash of one, or the id of a run; a run if `user` is given.
        """
        found = await self._whose(name, user)
        return await self._seen(found) if found is not None else None

    async def _whose(self, name: str, user: str) -> Seen | None:
        found = await self._user(user or name)
        if user:
            return found and Seen(user_hash=found.user_hash, user_id=found.user_id, about=name)
        if found is not None:
            return found
        owner = await self._rows(lambda rows: rows.owner(name), "")
        if owner:
            return Seen(user_hash=Keys.of(owner).user, user_id=owner, about=name)
        # Nobody knows whether the store has this user, so the other services are asked.
        return Seen(user_hash=Keys.of(name).user, user_id=name) if STORE in self.unread else None

    async def _user(self, name: str) -> Seen | None:
        keys = Keys.of(name)
        if await self._asked(STORE, lambda: self.store.has(keys), default=False):
            return Seen(user_hash=keys.user, user_id=name)
        if HASH.fullmatch(name):
            none: Sequence[str] = ()
            hashes = await self._asked(STORE, lambda: self.store.hashes(name[:KEY_CHARS]), none)
            if hashes:
                return Seen(user_hash=hashes[0])
        receipts = await self._rows(lambda rows: rows.receipts(name, ""), ())
        return Seen(user_hash=keys.user, user_id=name) if receipts else None

    async def _seen(self, whom: Seen) -> Seen:
        keys, reader = Keys(whom.user_hash), self.queue
        stored = await self._asked(STORE, lambda: self.store.stored(keys), None)
        queue, queued = None, stored.queued if stored is not None else ()
        if reader is not None:
            queue = await self._asked("queue", lambda: reader.seen(keys, queued), None)
        user_id = whom.user_id or (stored.fields["user"] if stored is not None else "")
        user_id = user_id or await self._rows(lambda rows: rows.user(whom.user_hash), "")
        receipts = await self._rows(lambda rows: rows.receipts(user_id, whom.about), ())
        return Seen(
            user_hash=whom.user_hash,
            about=whom.about,
            user_id=user_id,
            stored=stored,
            queue=queue,
            receipts=tuple(receipts),
            preferences=await self._rows(lambda rows: rows.preferences(user_id), Preferences()),
        )

    async def _rows[T, D](self, ask: Callable[[InspectedDatabase], Awaitable[T]], none: D) -> T | D:
        """Ask the database, if there is one."""
        database = self.database
        if database is None:
            return none
        return await self._asked("database", lambda: ask(database), none)

    async def _asked[T, D](
        self, service: str, ask: Callable[[], Awaitable[T]], default: D
    ) -> T | D:
        """Ask a service. If it does not answer, note it and return the default, now and later."""
        if service in self.unread:
            return default
        try:
            return await ask()
        except Unreachable as error:
            self.unread[service] = str(error)
            self.is_cut_off = True
            return default

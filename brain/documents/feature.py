"""The documents feature: the user's documents, their tools and routes."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from brain.cloud.everywhere import Everywhere
from brain.cloud.world import World
from brain.documents.editing import EditedDocument, Edits
from brain.documents.ports import Documents
from brain.documents.told import tell_edit
from brain.errors import DatabaseUnreachable, SettingMissing
from brain.feature import Feature, Platform, Resources
from brain.run.ports import Channel
from brain.tools.invocations import Tool

NAMED = 50  # newest documents whose titles speech recognition is told


def documents_of(platform: Platform) -> Documents | None:
    """Return the store of documents; None if there is no database."""
    if platform.database is None:
        return None
    from brain.documents.postgres import PostgresDocuments

    async def told(user_id: str, edited: EditedDocument) -> None:
        with suppress(SettingMissing):  # without a channel pages see the change when they ask
            await tell_edit(everywhere(platform), user_id, edited)

    if platform.world is not None:  # nobody looks at the documents of a rehearsal
        return PostgresDocuments(platform.database)
    return PostgresDocuments(platform.database, told=told)


def everywhere(platform: Platform) -> Channel:
    """Return what tells the user's pages on every road of a change."""
    return Everywhere(platform.channel, platform.redis)


def edits_of(platform: Platform) -> Edits | None:
    """Return what changes documents by anchors; None if there is no database."""
    if platform.database is None:
        return None
    from brain.documents.edits import PostgresEdits

    return PostgresEdits(platform.database)


def feature(platform: Platform) -> Feature:
    """Build the feature."""
    documents = cache(lambda: documents_of(platform))
    edits = cache(lambda: edits_of(platform))

    def tools() -> tuple[Tool, ...]:
        if (kept := documents()) is None:
            return ()
        from brain.documents.tools import document_tools

        return document_tools(kept)

    def resources() -> Resources:
        from brain.documents.http import document_routes

        return document_routes(documents, edits, lambda: everywhere(platform), platform.clock)

    return Feature(
        names=lambda user_id: _titles(documents(), user_id),
        played=lambda user_id, text: _heard(documents(), user_id, text),
        tools=tools,
        resources=resources,
        session=lambda _: {"documents": platform.database is not None},
        seed=lambda world: _seed(documents(), world),
    )


async def _seed(documents: Documents | None, world: World) -> None:
    """Store the documents of a world, the first one last: it is the newest."""
    if documents is not None:
        for place, one in reversed([*enumerate(world.documents)]):
            await documents.create(
                world.user_id,
                title=one["title"],
                body=one["body"],
                foreign=bool(one.get("foreign")),
                key=f"seed-{place}",
            )


async def _titles(documents: Documents | None, user_id: str) -> Sequence[str]:
    """Return the titles of the user's newest documents.

    Titles by others are left out: they must not decide what is understood.
    """
    if documents is not None:
        with suppress(DatabaseUnreachable):
            newest = await documents.newest(user_id, limit=NAMED)
            return [document.title for document in newest if not document.foreign]
    return ()


async def _heard(documents: Documents | None, user_id: str, text: str) -> None:
    """Note that the user has heard this text."""
    if documents is not None:
        with suppress(DatabaseUnreachable):  # then the next question shows the whole text
            await documents.mark_heard(user_id, text)

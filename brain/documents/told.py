"""Tells the pages of the user that a document has changed."""

from contextlib import suppress

from brain.documents.editing import EditedDocument
from brain.errors import ChannelUnreachable
from brain.run.ports import Channel

EVENT = "document"


async def tell_edit(channel: Channel, user_id: str, edited: EditedDocument) -> None:
    """Publish the change without its text. A page that misses it sees the gap in `place`."""
    if edited.edit is None:
        return
    document, edit = edited.document, edited.edit
    event = {
        "id": document.id,
        "version": document.version,
        "author": edit.author,
        "place": edit.place,
    }
    with suppress(ChannelUnreachable):
        await channel.publish(user_id, EVENT, event)

"""Tells the pages of the user that a document has changed."""

from contextlib import suppress

from msgspec import Struct

from brain.codec import Form
from brain.documents.editing import EditedDocument
from brain.errors import ChannelUnreachable
from brain.run.ports import Channel

EVENT = "document"


class DocumentChange(Struct, frozen=True, kw_only=True):
    """A document was changed at one place, or a change of it was proposed.

    `place` counts the changes of one document from 1. `version` is that of its whole text.
    """

    id: str
    version: str
    author: str
    place: int


CHANGE = Form(DocumentChange)


async def tell_edit(channel: Channel, user_id: str, edited: EditedDocument) -> None:
    """Publish the change without its text. A page that misses it sees the gap in `place`."""
    if edited.edit is None:
        return
    document, edit = edited.document, edited.edit
    change = DocumentChange(
        id=document.id, version=document.version, author=edit.author, place=edit.place
    )
    with suppress(ChannelUnreachable):
        await channel.publish(user_id, EVENT, CHANGE.encode(change))

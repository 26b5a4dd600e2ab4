"""What a question is about to send, for a page that shows it."""

from typing import Annotated

from msgspec import Struct

from brain.codec import SPARSE, Named


class Recipient(Struct, frozen=True, kw_only=True):
    """Who receives something. `address` has its domain in ASCII; `unicode` is the same address with
    its domain as people write it, if that differs. `name` is set if the user's own email has it
    with this address.
    """

    address: str
    unicode: Annotated[str, SPARSE] = ""
    name: Annotated[str, SPARSE] = ""

    def __str__(self) -> str:
        both = f"{self.address} = {self.unicode}" if self.unicode else self.address
        return f"{both} ({self.name})" if self.name else both


class SentFile(Struct, frozen=True, kw_only=True):
    """A file that goes along. `size` is in bytes."""

    name: str
    content_type: Annotated[str, Named("type")]
    size: Annotated[int, Named("bytes")]

    def __str__(self) -> str:
        thousands = -(-self.size // 1_000)
        size = f"{thousands} KB" if thousands < 1_000 else f"{thousands // 1_000} MB"
        return f"{self.name} ({self.content_type}, {size})"


class QuestionContent(Struct, frozen=True, kw_only=True):
    """All that is sent after a yes: exactly these recipients and this text.

    `count` is the number of recipients, copies included; `characters` is the length of `text`.
    """

    recipients: tuple[Recipient, ...]
    count: int
    subject: Annotated[str, SPARSE] = ""
    text: str
    characters: int
    attachments: tuple[SentFile, ...] = ()

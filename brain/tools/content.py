"""What a question is about to send, for a page that shows it."""

from dataclasses import dataclass
from typing import Annotated

from brain.codec import SPARSE, Named


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class SentFile:
    """A file that goes along. `size` is in bytes."""

    name: str
    content_type: Annotated[str, Named("type")]
    size: Annotated[int, Named("bytes")]

    def __str__(self) -> str:
        thousands = -(-self.size // 1_000)
        size = f"{thousands} KB" if thousands < 1_000 else f"{thousands // 1_000} MB"
        return f"{self.name} ({self.content_type}, {size})"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionContent:
    """All that is sent after a yes: exactly these recipients and this text.

    `count` is the number of recipients, copies included; `characters` is the length of `text`.
    """

    recipients: tuple[Recipient, ...]
    count: int
    subject: Annotated[str, SPARSE] = ""
    text: str
    characters: int
    attachments: tuple[SentFile, ...] = ()

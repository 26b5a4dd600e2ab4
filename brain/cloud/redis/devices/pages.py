"""What the store says of the user's pages, as it stands in the answers of the scripts."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from brain.cloud.redis.scripts import ScriptReply
from brain.run.moves import Arrival


class Pages(Struct, frozen=True, kw_only=True):
    """The pages on the channel, by name. `is_occupied`: at least one is there, known by name or
    not.
    """

    names: frozenset[str]
    is_occupied: bool

    @classmethod
    def of(cls, devices: str, channel: str) -> "Pages":
        """Read the two fields of the run hash."""
        return cls(names=frozenset(_on_channel(devices)), is_occupied=channel.endswith(" 1"))

    def has_others(self, own: str) -> bool:
        """Whether another page than `own` may listen on the channel."""
        return bool(self.names - {own}) if self.names else self.is_occupied


class LogGrowth(Struct, frozen=True, kw_only=True):
    """The log has grown up to `seq`: by a text of the user's, or (`is_last`) by the last message of
    a run, or by both.
    """

    seq: int
    is_last: bool
    pages: Pages


def _on_channel(devices: str) -> Iterator[str]:
    """Yield the names of the pages on the channel. The form is that of devices.lua."""
    for page in devices.split(";"):
        name, _, rest = page.partition(" ")
        if rest.startswith("1 "):
            yield name


def page_of(arrival: Arrival) -> str:
    """Return the page that sent the text as the log keeps it: without the socket of the channel."""
    return arrival.device.partition(" ")[0]


type OnGrowth = Callable[[LogGrowth], None]


def unnoticed(_: LogGrowth) -> None:
    """Let the log grow without telling anybody."""


def growth_in(reply: ScriptReply, *, seq: int, is_last: bool) -> LogGrowth:
    """Return how the log has grown, from the answer of the script that wrote it."""
    pages = Pages.of(reply.text("devices"), reply.text("channel"))
    return LogGrowth(seq=seq, is_last=is_last, pages=pages)

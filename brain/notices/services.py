"""The services that notices need."""

from msgspec import Struct

from brain.notices.ports import NoticeBoard, Pushes, RuleStore
from brain.preferences.ports import PreferenceStore
from brain.run.ports import Channel, Clock, Model, Queue
from brain.says.choice import Languages


class NoticeServices(Struct, frozen=True, kw_only=True):
    """The services that notices need. `preferences` and `rules` are None without a database,
    `pushes` where nothing can be pushed to devices.
    """

    board: NoticeBoard
    preferences: PreferenceStore | None
    rules: RuleStore | None
    channel: Channel
    queue: Queue
    model: Model
    clock: Clock
    languages: Languages
    pushes: Pushes | None = None

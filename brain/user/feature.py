"""What a user may do with everything that there is of them: take it along, or have it erased."""

from typing import TYPE_CHECKING

from brain.errors import SettingMissing
from brain.feature import Feature, Platform, Resources

if TYPE_CHECKING:
    from brain.user.flow import ErasingServices
    from brain.user.packing import Export
    from brain.user.ports import PendingCalls


def feature(platform: Platform) -> Feature:
    """The routes for export and erasure."""

    def resources() -> Resources:
        from brain.user.http import user_routes

        return user_routes(lambda: erasing(platform), lambda: exporting(platform))

    return Feature(resources=resources)


def erasing(platform: Platform) -> "ErasingServices":
    """Build what erasing needs. Raises SettingMissing."""
    from brain.http.stopping import stop_run
    from brain.user.flow import ErasingServices
    from brain.user.postgres import UserRows
    from brain.user.redis import RedisTraces

    async def stop(user_id: str) -> None:
        device = (await platform.store.status(user_id)).language
        texts = await platform.languages.texts(user_id, device)
        store, channel, clock = platform.store, platform.channel, platform.clock
        await stop_run(store, channel, clock, user_id, run_id=None, texts=texts)

    return ErasingServices(
        traces=RedisTraces(platform.redis, platform.limits),
        rows=UserRows(platform.database) if platform.database is not None else None,
        calls=_calls(platform),
        channel=platform.channel,
        clock=platform.clock,
        limits=platform.limits,
        stand_ins=platform.stand_ins,
        erasing=platform.erasing,
        erased=platform.erased,
        stop=stop,
    )


def exporting(platform: Platform) -> "Export":
    """Build what an export needs. Raises SettingMissing."""
    from brain.user.packing import Export
    from brain.user.postgres import UserRows
    from brain.user.redis import RedisTraces

    return Export(
        log=platform.log,
        traces=RedisTraces(platform.redis, platform.limits),
        rows=UserRows(platform.database) if platform.database is not None else None,
        clock=platform.clock,
        stand_ins=platform.stand_ins,
    )


def _calls(platform: Platform) -> "PendingCalls | None":
    """Return the queue; None without one: nothing was put on it."""
    try:
        return platform.queue
    except SettingMissing:
        return None

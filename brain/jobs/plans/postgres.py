"""Profiles, scenarios, and what rehearsals leave behind, in Postgres."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import asdict, replace

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import rows
from brain.codec import Json
from brain.jobs.plans.things import (
    ANY,
    MOST_PROFILES,
    MOST_SCENARIOS,
    EffectRow,
    KeptScenario,
    Label,
    Profile,
)

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

# Without the lock, two transactions could each find room for the last one.
ONE_AT_A_TIME = b"select pg_advisory_xact_lock(hashtextextended('agents of ' || %(user_id)s, 0))"
PROFILE = b"""
    id, name, instructions, provider, model, temperature, max_tokens, stop, tools, version,
    updated_at
"""
PROFILES = b"select %b from brain.profiles where user_id = %%(user_id)s" % PROFILE
ONE_PROFILE = PROFILES + b" and id = %(id)s"
ALL_PROFILES = PROFILES + b" order by name, id"
KEEP_PROFILE = b"""
    insert into brain.profiles (
        user_id, id, name, instructions, provider, model, temperature, max_tokens, stop, tools
    )
    select
        %%(user_id)s, %%(id)s, %%(name)s, %%(instructions)s, %%(provider)s, %%(model)s,
        %%(temperature)s, %%(max_tokens)s, %%(stop)s::text[], %%(tools)s::text[]
    where %%(is_known)s
        or (select count(*) from brain.profiles where user_id = %%(user_id)s) < %%(most)s
    on conflict (user_id, id) do update set
        name = excluded.name, instructions = excluded.instructions, provider = excluded.provider,
        model = excluded.model, temperature = excluded.temperature,
        max_tokens = excluded.max_tokens, stop = excluded.stop, tools = excluded.tools,
        version = profiles.version + 1, updated_at = now()
    returning %b
""" % PROFILE  # fmt: skip
DROP_PROFILE = b"""
    delete from brain.profiles where user_id = %(user_id)s and id = %(id)s returning true
"""
SCENARIO = b"id, name, scenario, digest, source, updated_at"
SCENARIOS = b"select %b from brain.scenarios where user_id = %%(user_id)s" % SCENARIO
ONE_SCENARIO = SCENARIOS + b" and id = %(id)s"
ALL_SCENARIOS = SCENARIOS + b" order by updated_at desc, id"
ADD_SCENARIO = b"""
    insert into brain.scenarios (user_id, id, name, scenario, digest, source)
    select %%(user_id)s, %%(id)s, %%(name)s, %%(scenario)s, %%(digest)s, %%(source)s
    where (select count(*) from brain.scenarios where user_id = %%(user_id)s) < %%(most)s
    returning %b
""" % SCENARIO  # fmt: skip
CHANGE_SCENARIO = b"""
    update brain.scenarios
    set name = %%(name)s, scenario = %%(scenario)s, digest = %%(digest)s, updated_at = now()
    where user_id = %%(user_id)s and id = %%(id)s
    returning %b
""" % SCENARIO  # fmt: skip
DROP_SCENARIO = b"""
    delete from brain.scenarios where user_id = %(user_id)s and id = %(id)s returning true
"""
EFFECTS = b"""
    select mind_id, seq, tool, arguments, result from brain.effects
    where mind_id = any(%(mind_ids)s) order by mind_id, seq, key
"""
STEPS = b"""
    select entry from brain.steps where mind_id = %(mind_id)s order by run_id, place
"""
LABELS = b"""
    select number, item, judge, person from brain.labels
    where user_id = %(user_id)s and job_id = %(job_id)s
"""
KEEP_LABEL = b"""
    insert into brain.labels (user_id, job_id, number, item, judge, person)
    values (%(user_id)s, %(job_id)s, %(number)s, %(item)s, %(judge)s, %(person)s)
    on conflict (user_id, job_id, number, item)
        do update set judge = excluded.judge, person = excluded.person, at = now()
"""


class PostgresProfiles:
    """`Profiles` in Postgres."""

    def __init__(self, database: Postgres, *, most: int = MOST_PROFILES) -> None:
        self._database = database
        self._most = most

    async def profile(self, user_id: str, id: str) -> Profile | None:
        """Read one row by its key."""
        named = {"user_id": user_id, "id": id}
        found = await self._database.read(lambda connection: _profiles(connection, named))
        return found[0] if found else None

    async def profiles(self, user_id: str) -> Sequence[Profile]:
        """Read all rows of the user."""
        asked = {"user_id": user_id}
        return await self._database.run(
            lambda connection: _profiles(connection, asked, ALL_PROFILES)
        )

    async def keep(
        self, user_id: str, profile: Profile, *, version: int | None
    ) -> Profile | Literal["stale", "full"]:
        """Compare the version and store the row under one lock."""
        row = {**asdict(profile), "user_id": user_id, "most": self._most}
        row |= {name: _listed(row[name]) for name in ("stop", "tools")}

        async def work(connection: "Connection") -> Profile | Literal["stale", "full"]:
            await connection.execute(ONE_AT_A_TIME, row)
            known = await _profiles(connection, row)
            if known and _is_repeated(known[0], profile, version):
                return known[0]
            if version is not None and not any(version in (ANY, one.version) for one in known):
                return "stale"
            kept = await _profiles(connection, {**row, "is_known": bool(known)}, KEEP_PROFILE)
            return kept[0] if kept else "full"

        return await self._database.run(work)

    async def drop(self, user_id: str, id: str) -> bool:
        """Delete the row."""
        return await _any(self._database, DROP_PROFILE, {"user_id": user_id, "id": id})


class PostgresScenarios:
    """`Scenarios` in Postgres."""

    def __init__(self, database: Postgres, *, most: int = MOST_SCENARIOS) -> None:
        self._database = database
        self._most = most

    async def scenario(self, user_id: str, id: str) -> KeptScenario | None:
        """Read one row by its key."""
        named = {"user_id": user_id, "id": id}
        found = await self._database.run(
            lambda connection: rows(connection, KeptScenario, ONE_SCENARIO, named)
        )
        return found[0] if found else None

    async def scenarios(self, user_id: str) -> Sequence[KeptScenario]:
        """Read all rows of the user."""
        asked = {"user_id": user_id}
        return await self._database.run(
            lambda connection: rows(connection, KeptScenario, ALL_SCENARIOS, asked)
        )

    async def keep(
        self, user_id: str, scenario: KeptScenario, *, is_new: bool
    ) -> KeptScenario | Literal["unknown", "full"]:
        """Insert or update the row under one lock."""
        from psycopg.types.json import Jsonb

        row = {**asdict(scenario), "user_id": user_id, "most": self._most}
        row["scenario"] = Jsonb(scenario.scenario)

        async def work(connection: "Connection") -> KeptScenario | Literal["unknown", "full"]:
            await connection.execute(ONE_AT_A_TIME, row)
            if not is_new:
                changed = await rows(connection, KeptScenario, CHANGE_SCENARIO, row)
                return changed[0] if changed else "unknown"
            kept = await rows(connection, KeptScenario, ONE_SCENARIO, row)
            kept = kept or await rows(connection, KeptScenario, ADD_SCENARIO, row)
            return kept[0] if kept else "full"

        return await self._database.run(work)

    async def drop(self, user_id: str, id: str) -> bool:
        """Delete the row."""
        return await _any(self._database, DROP_SCENARIO, {"user_id": user_id, "id": id})


class PostgresFindings:
    """`Findings` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def effects(self, mind_ids: Sequence[str]) -> Sequence[EffectRow]:
        """Read the rows of these minds."""
        asked = {"mind_ids": list(mind_ids)}
        return await self._database.run(
            lambda connection: rows(connection, EffectRow, EFFECTS, asked)
        )

    async def steps(self, mind_id: str) -> Sequence[Json]:
        """Read the entries of this mind."""

        async def work(connection: "Connection") -> Sequence[Json]:
            found = await (await connection.execute(STEPS, {"mind_id": mind_id})).fetchall()
            return [entry for (entry,) in found]

        return await self._database.run(work)

    async def labels(self, user_id: str, job_id: str) -> Sequence[Label]:
        """Read the rows of this job."""
        asked = {"user_id": user_id, "job_id": job_id}
        return await self._database.run(lambda connection: rows(connection, Label, LABELS, asked))

    async def label(self, user_id: str, job_id: str, label: Label) -> None:
        """Insert or update the row."""
        row = {**asdict(label), "user_id": user_id, "job_id": job_id}

        async def work(connection: "Connection") -> None:
            await connection.execute(KEEP_LABEL, row)

        await self._database.run(work)


async def _profiles(
    connection: "Connection", values: dict[str, Any], sql: bytes = ONE_PROFILE
) -> list[Profile]:
    """Return profiles. The database gives lists, and a profile has tuples."""
    found = await (await connection.execute(sql, values)).fetchall()
    return [_profile(row) for row in found]


def _is_repeated(known: Profile, given: Profile, version: int | None) -> bool:
    """Whether the same change was made before, and its answer may have been lost."""
    after = None if version is None else version + 1
    same = replace(given, version=known.version, updated_at=known.updated_at)
    return known == same and known.version == after


def _profile(row: tuple[Any, ...]) -> Profile:
    names = [name.strip() for name in PROFILE.decode().split(",")]
    values = dict(zip(names, row, strict=True))
    lists = {name: values[name] and tuple(values[name]) for name in ("stop", "tools")}
    return Profile(**{**values, **lists})


def _listed(given: tuple[str, ...] | None) -> list[str] | None:
    return None if given is None else list(given)


async def _any(database: Postgres, sql: bytes, values: dict[str, Any]) -> bool:
    """Whether the statement returns a row."""

    async def work(connection: "Connection") -> bool:
        return await (await connection.execute(sql, values)).fetchone() is not None

    return await database.run(work)

"""Rules in Postgres."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import ID, id_from_key, rows
from brain.errors import ToolFault
from brain.events.model import EventKind
from brain.notices.model import Rule
from brain.notices.rules import MAX_RULES, full, rule_objection

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

# Without the lock, two transactions could each find room for the last rule.
ONE_AT_A_TIME = b"select pg_advisory_xact_lock(hashtextextended('rules of ' || %(user_id)s, 0))"
FIELDS = b"""
    id, about, sender, words, kinds, judge, urgent, created_at,
    coalesce("foreign", false) as "foreign", "foreign" is null as unmarked
"""
ADD = b"""
    insert into brain.rules (user_id, id, about, sender, words, kinds, judge, urgent, "foreign")
    select
        %(user_id)s, %(id)s, %(about)s, %(sender)s, %(words)s, %(kinds)s, %(judge)s, %(urgent)s,
        %(foreign)s
    where (select count(*) from brain.rules where user_id = %(user_id)s) < %(most)s
    on conflict do nothing
"""
ONE = b"select %b from brain.rules where user_id = %%(user_id)s and id = %%(id)s" % FIELDS
ALL = b"""
    select %b from brain.rules where user_id = %%(user_id)s order by created_at desc, id
""" % FIELDS  # fmt: skip
EDIT = b"""
    update brain.rules
    set about = %%(about)s, sender = %%(sender)s, words = %%(words)s, kinds = %%(kinds)s,
        judge = %%(judge)s, urgent = %%(urgent)s, "foreign" = false
    where user_id = %%(user_id)s and id = %%(id)s returning %b
""" % FIELDS  # fmt: skip
REMOVE = b"""
    delete from brain.rules where user_id = %%(user_id)s and id = %%(id)s returning %b
""" % FIELDS  # fmt: skip


class PostgresRules:
    """`RuleStore` in Postgres."""

    def __init__(self, database: Postgres, *, most: int = MAX_RULES) -> None:
        self._database = database
        self._most = most

    async def add_rule(
        self,
        user_id: str,
        *,
        about: str,
        sender: str | None = None,
        words: Sequence[str] = (),
        kinds: Sequence[EventKind] = (),
        judge: bool = False,
        urgent: bool = False,
        foreign: bool = False,
        key: str,
    ) -> Rule:
        """Derive the rule's id from `key`, so that the same key adds only one rule."""
        if reason := rule_objection(about, sender=sender, words=words, kinds=kinds, judge=judge):
            raise ToolFault(f"Not noted: {reason}.")
        row = {
            "user_id": user_id,
            "id": id_from_key(user_id, key),
            "about": about,
            "sender": sender,
            "words": list(words),
            "kinds": list(kinds),
            "judge": judge,
            "urgent": urgent,
            "foreign": foreign,
            "most": self._most,
        }

        async def work(connection: "Connection") -> list[Rule]:
            await connection.execute(ONE_AT_A_TIME, row)
            await connection.execute(ADD, row)
            return await rows(connection, Rule, ONE, row)

        kept = await self._database.run(work)
        if not kept:
            raise ToolFault(f"Not noted: {full(self._most)}.")
        return _tupled(kept[0])

    async def rules(self, user_id: str) -> Sequence[Rule]:
        """Return all rules in one query: there are at most `MAX_RULES`."""
        asked = {"user_id": user_id}
        found = await self._database.run(lambda connection: rows(connection, Rule, ALL, asked))
        return [_tupled(rule) for rule in found]

    async def edit_rule(
        self,
        user_id: str,
        rule_id: str,
        *,
        about: str,
        sender: str | None = None,
        words: Sequence[str] = (),
        kinds: Sequence[EventKind] = (),
        judge: bool = False,
        urgent: bool = False,
    ) -> Rule | None:
        """Update the row."""
        if reason := rule_objection(about, sender=sender, words=words, kinds=kinds, judge=judge):
            raise ToolFault(f"Not changed: {reason}.")
        if not ID.fullmatch(rule_id):
            return None
        row = {
            "user_id": user_id,
            "id": rule_id,
            "about": about,
            "sender": sender,
            "words": list(words),
            "kinds": list(kinds),
            "judge": judge,
            "urgent": urgent,
        }
        kept = await self._database.run(lambda connection: rows(connection, Rule, EDIT, row))
        return _tupled(kept[0]) if kept else None

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        """Delete the row."""
        if not ID.fullmatch(rule_id):
            return None
        named = {"user_id": user_id, "id": rule_id}
        gone = await self._database.run(lambda connection: rows(connection, Rule, REMOVE, named))
        return _tupled(gone[0]) if gone else None


def _tupled(rule: Rule) -> Rule:
    """The rule with tuples, because psycopg returns arrays as lists."""
    return replace(rule, words=tuple(rule.words), kinds=tuple(rule.kinds))

"""Deliberate bugs in how the scripts bear lost keys and a wrong clock."""

from tests.chaos.bugs.mutant import bug, change
from tests.chaos.bugs.scripts import PRELUDE

NOT_REBUILT = change(PRELUDE, "if r.state == '' and r.seq == 0 and LOG then", "if false then")

LOSSES = (
    bug("a lost run is not rebuilt from the log", "crumbs", NOT_REBUILT),
    bug(
        "the sequence begins again below the log",
        "one",
        NOT_REBUILT,
        change(PRELUDE, "if type(added) == 'table' and added.err then", "if false then"),
    ),
    bug(
        "what is left of a lost journal passes for all of it",
        "act",
        change(
            PRELUDE,
            "  note_repair('journal')\n  local again = {}",
            "  if true then return lines end\n  local again = {}",
        ),
    ),
    bug(
        "a journal that begins again is kept for ever",
        "crumbs",
        change(PRELUDE, "redis.call('PEXPIRE', JOURNAL, keep_ms)", ""),
    ),
    bug(
        "a log that begins again is kept for ever",
        "crumbs",
        change(PRELUDE, "redis.call('PEXPIRE', LOG, KEEP_RUN_MS)", ""),
    ),
    bug(
        "a lease of a clock that was set back counts",
        "long",
        change(PRELUDE, "  if now and r.lease > now +", "  if false and r.lease > now +"),
    ),
)

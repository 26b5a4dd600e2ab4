"""Deliberate bugs in taking texts back, and the stories in which each is looked for."""

from tests.chaos.bugs.mutant import bug, change

ADMIT = "cloud/redis/moves/admit.lua"
COMMIT = "cloud/redis/moves/commit.lua"
BACK = "cloud/redis/taking_back.lua"
WHOLE = "questions/whole.py"

TURNS = (
    bug(
        "a text is taken back without a new fence",
        "half-kept half-joined",
        change(BACK, "r.fence, r.lease = r.fence + 1, 0", "r.lease = 0"),
    ),
    bug(
        "an effect does not wait for the end of the sentence",
        "half-kept half-sent",
        change(WHOLE, "if each.speculative\n", "if False\n"),
    ),
    bug(
        "the settling does not see a later request",
        "half-asked-again",
        change(WHOLE, "asked_ms = last.asked_ms", "pass"),
    ),
    bug(
        "a caller who has gone counts as there",
        "half-left",
        change(WHOLE, "if times.left_ms and asked_ms <= times.left_ms:", "if False:"),
    ),
    bug(
        "of the callers of a run only the first is seen to go",
        "half-gone",
        change("run/turn.py", "has_left and not self._has_left", "has_left and not self.left_ms"),
    ),
    bug(
        "the rest of the run is lost with the half sentence",
        "half-joined",
        change(BACK, "  if not others then", "  if true then"),
    ),
    bug(
        "what was taken back is taken into the run",
        "half-inbox",
        change(
            COMMIT,
            "ipairs(standing(redis.call('XRANGE', LOG, text(after + 1), text(upto)), undone))",
            "ipairs(redis.call('XRANGE', LOG, text(after + 1), text(upto)))",
        ),
    ),
    bug(
        "the id of a text that was taken back stays taken",
        "half-back",
        change(ADMIT, "seq, withdraws = nil, ''", "withdraws = ''"),
    ),
    bug(
        "an effect does not bind its text",
        "half-late",
        change(COMMIT, "if a.stands == '1' and", "if false and"),
    ),
    bug(
        "what was heard does not bind its text",
        "half-heard",
        change("cloud/redis/moves/heard.lua", "if rank(mark) > 0 then", "if false then"),
    ),
    bug(
        "a half sentence joins a run in which an effect begins",
        "half-beside",
        change(
            COMMIT, "for i, entry in ipairs(a.stands == '1' and", "for i, entry in ipairs(false and"
        ),
    ),
)

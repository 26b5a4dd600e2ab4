"""Deliberate bugs in the store's scripts, and the stories in which each is looked for."""

from tests.chaos.bugs.mutant import bug, change

SCRIPTS = (
    bug(
        "the lease is given back before the inbox is looked at",
        "two late-two",
        change(
            "commit.lua",
            "((move == 'finish' or move == 'rest') and #taken == 0)",
            "move == 'finish' or (move == 'rest' and #taken == 0)",
        ),
    ),
    bug(
        "a commit does not compare the fence",
        "long-once",
        change(
            "commit.lua", "r.id ~= run_id or r.fence ~= fence or r.st", "r.id ~= run_id or r.st"
        ),
    ),
    bug(
        "a commit that is sent again is executed again",
        "crumbs",
        change("commit.lua", "local sent_again = r.id == run_id", "local sent_again = false"),
        change(
            "commit.lua", "r.state ~= 'running' or r.step ~= step then", "r.state ~= 'running' then"
        ),
    ),
    bug(
        "a commit that is sent again is refused",
        "one crumbs",
        change("commit.lua", "local sent_again = r.id == run_id", "local sent_again = false"),
    ),
    bug(
        "the last commit that is sent again is refused once another run has begun",
        "next",
        change("commit.lua", "string.sub(r.past, 1, #head) == head", "false"),
    ),
    bug(
        "a message is terminal although the user has said more",
        "two late-two",
        change(
            "commit.lua",
            "(ended and i == drafts)",
            "((move == 'finish' or ended) and i == drafts)",
        ),
    ),
    bug(
        "the record of tool results passes over texts that came meanwhile",
        "two impatient",
        change(
            "commit.lua",
            "local takes = move == 'goOn' or move == 'finish' or move == 'end' or move == 'rest'",
            "local takes = move ~= 'handOver'",
        ),
    ),
    bug(
        "a commit does not renew the lease",
        "steady",
        change("commit.lua", "'running', now + lease_ms, fence", "'running', r.lease, fence"),
    ),
    bug(
        "a hand-over keeps the fence",
        "handover",
        change("commit.lua", "now + handover_ms, fence + 1", "now + handover_ms, fence"),
    ),
    bug(
        "a renewal does not renew",
        "long",
        change("renew.lua", "text(clock() + lease_ms)", "text(r.lease)"),
    ),
    bug(
        "a renewal does not compare the fence",
        "long-once",
        change("renew.lua", "r.fence ~= fence or ", ""),
    ),
    bug(
        "a text takes a lease that another holds",
        "two",
        change("admit.lua", "local vacant = idle or r.lease <= now", "local vacant = true"),
    ),
    bug(
        "a known message id is not noticed",
        "one same",
        change("admit.lua", "if known then", "if false then"),
    ),
    bug(
        "a message id is known before its text is in the log",
        "rated",
        change(
            "admit.lua",
            "local recent, wait_ms = admissible(",
            "local told = text(r.seq + 1) .. ' ' .. (idle and new_run or r.id) .. ' ' .. holder\n"
            "redis.call('SET', ID, told, 'PX', id_keep_ms)\n"
            "local recent, wait_ms = admissible(",
        ),
    ),
    bug(
        "a stop keeps the fence",
        "asked stopped",
        change("stop.lua", "'fence', text(r.fence + 1)", "'fence', text(r.fence)"),
        change("stop.lua", "'state', 'idle', ", ""),
    ),
    bug(
        "a stop that is sent again is one more",
        "next",
        change("stop.lua", "if last and (last[2][2] == plain", "if false and (last[2][2] == plain"),
    ),
    bug(
        "a question is asked although the user has said more",
        "asked-twice two",
        change(
            "commit.lua",
            "((move == 'finish' or move == 'rest') and #taken == 0)",
            "move == 'rest' or (move == 'finish' and #taken == 0)",
        ),
    ),
    bug(
        "a question takes one decision after the other",
        "asked-twice",
        change(
            "admit.lua",
            "  redis.call('HSET', QUESTIONS, question, verdict .. ' ' .. text(seq))",
            "",
        ),
        change("admit.lua", "if known then", "if false then"),
    ),
    bug(
        "the log is kept for ever",
        "one",
        change("admit.lua", "redis.call('PEXPIRE', LOG, keep_ms)", ""),
    ),
    bug(
        "a wake-up takes the lease of a brain that lives",
        "long",
        change("resume.lua", "if r.lease > now then", "if false then"),
    ),
    bug(
        "the chain of wake-ups does not count on",
        "long-once",
        change("resume.lua", "r.wake = r.wake + 1", "r.wake = r.wake"),
    ),
    bug(
        "a take-over keeps the fence",
        "long-once",
        change("prelude.lua", "r.fence = r.fence + 1", "r.fence = r.fence"),
    ),
    bug(
        "a take-over does not count as an attempt",
        "long-once",
        change("prelude.lua", "r.attempts = r.attempts + 1", "r.attempts = r.attempts"),
    ),
    bug(
        "an event that is told again is held again",
        "notified",
        change(
            "hold.lua",
            "if notice ~= '' and redis.call('SET', SEEN, '1', 'NX', 'PX', seen_ms) then",
            "if notice ~= '' then",
        ),
    ),
    bug(
        "what another has said is said again",
        "notified",
        change("notify.lua", "if not there[ARGV[i]] then", "if false then"),
    ),
    bug(
        "a notice is said while the brain speaks",
        "notified",
        change("notify.lua", "or run_id == '' and is_busy(r, clock())", ""),
        change("hold.lua", "is_busy(r, now) and '1' or ''", "''"),
    ),
    bug(
        "a notice that is sent again is one more",
        "notified",
        change("notify.lua", "if id ~= '' and known == id then", "if false then"),
        change("notify.lua", "if not there[ARGV[i]] then", "if false then"),
    ),
)

"""Deliberate bugs in the store's scripts, and the stories in which each is looked for."""

from tests.chaos.bugs.mutant import bug, change

QUESTION = "cloud/redis/moves/question.lua"
PRELUDE = "cloud/redis/prelude.lua"
ADMIT = "cloud/redis/moves/admit.lua"
COMMIT = "cloud/redis/moves/commit.lua"
HEARD = "cloud/redis/moves/heard.lua"
RENEW = "cloud/redis/moves/renew.lua"
RESUME = "cloud/redis/moves/resume.lua"
STOP = "cloud/redis/moves/stop.lua"
ANNOUNCE = "notices/announce.lua"
PENDING = "notices/pending.lua"

SCRIPTS = (
    bug(
        "the lease is given back before the inbox is looked at",
        "two late-two",
        change(
            COMMIT,
            "((a.kind == 'finish' or a.kind == 'rest') and #taken == 0)",
            "a.kind == 'finish' or (a.kind == 'rest' and #taken == 0)",
        ),
    ),
    bug(
        "a commit does not compare the fence",
        "long-once",
        change(COMMIT, "r.id ~= a.run or r.fence ~= a.fence or r.st", "r.id ~= a.run or r.st"),
    ),
    bug(
        "a commit that is sent again is executed again",
        "crumbs",
        change(COMMIT, "local sent_again = r.id == a.run", "local sent_again = false"),
        change(
            COMMIT, "r.state ~= 'running' or r.step ~= a.step then", "r.state ~= 'running' then"
        ),
    ),
    bug(
        "a commit that is sent again is refused",
        "one crumbs",
        change(COMMIT, "local sent_again = r.id == a.run", "local sent_again = false"),
    ),
    bug(
        "the last commit that is sent again is refused once another run has begun",
        "next",
        change(COMMIT, "string.sub(r.past, 1, #head) == head", "false"),
    ),
    bug(
        "a message is terminal although the user has said more",
        "two late-two",
        change(
            COMMIT,
            "(ended and i == #drafts)",
            "((a.kind == 'finish' or ended) and i == #drafts)",
        ),
    ),
    bug(
        "the record of tool results passes over texts that came meanwhile",
        "two impatient",
        change(
            COMMIT,
            "= a.kind == 'goOn' or a.kind == 'finish' or a.kind == 'end' or a.kind == 'rest'",
            "= a.kind ~= 'handOver'",
        ),
    ),
    bug(
        "a commit does not renew the lease",
        "steady",
        change(COMMIT, "'running', now + a.lease_ms, a.fence", "'running', r.lease, a.fence"),
    ),
    bug(
        "a hand-over keeps the fence",
        "handover",
        change(COMMIT, "now + a.handover_ms, a.fence + 1", "now + a.handover_ms, a.fence"),
    ),
    bug(
        "a renewal does not renew",
        "long",
        change(RENEW, "text(clock() + a.lease_ms)", "text(r.lease)"),
    ),
    bug(
        "a renewal does not compare the fence",
        "long-once",
        change(RENEW, "r.fence ~= a.fence or ", ""),
    ),
    bug(
        "a text takes a lease that another holds",
        "two",
        change(ADMIT, "local vacant = idle or r.lease <= now", "local vacant = true"),
    ),
    bug(
        "a known message id is not noticed",
        "one same",
        change(ADMIT, "if seq and r.state ~= '' then", "if false then"),
    ),
    bug(
        "a message id is known before its text is in the log",
        "rated",
        change(
            ADMIT,
            "local recent, wait_ms = admissible(",
            "local told = text(r.seq + 1) .. ' ' .. (idle and a.new_run or r.id)\n"
            "told = told .. ' ' .. a.holder\n"
            "redis.call('SET', ID, told, 'PX', a.id_keep_ms)\n"
            "local recent, wait_ms = admissible(",
        ),
    ),
    bug(
        "a stop keeps the fence",
        "asked stopped",
        change(STOP, "'fence', text(r.fence + 1)", "'fence', text(r.fence)"),
        change(STOP, "'state', 'idle', ", ""),
    ),
    bug(
        "a stop that is sent again is one more",
        "next",
        change(STOP, "if last and (last[2][2] == a.plain", "if false and (last[2][2] == a.plain"),
    ),
    bug(
        "a question is asked although the user has said more",
        "asked-twice two",
        change(
            COMMIT,
            "((a.kind == 'finish' or a.kind == 'rest') and #taken == 0)",
            "a.kind == 'rest' or (a.kind == 'finish' and #taken == 0)",
        ),
    ),
    bug(
        "a question takes one decision after the other",
        "asked-twice",
        change(
            ADMIT,
            "  redis.call('HSET', QUESTIONS, question, a.verdict .. ' ' .. text(seq))",
            "",
        ),
        change(ADMIT, "if seq and r.state ~= '' then", "if false then"),
    ),
    bug(
        "a spoken yes counts although nobody has heard the question",
        "spoken-unasked",
        change(ADMIT, "(a.manner ~= '' and not counts(asked))", "false"),
    ),
    bug(
        "a spoken yes counts as soon as the question was heard",
        "spoken-hasty",
        change(ADMIT, "now - tonumber(first) >= least_ms and ", ""),
    ),
    bug(
        "a spoken yes counts for ever",
        "spoken-late",
        change(ADMIT, " and now - tonumber(last) <= most_ms", ""),
    ),
    bug(
        "a report that the question was not heard takes nothing back",
        "spoken-unheard",
        change(HEARD, "returned, shown, played = 'x', '0', '0'", "returned = 'x'"),
    ),
    bug(
        "a spoken yes answers a question although something was said since",
        "spoken",
        change(ADMIT, " or not only_breadcrumbs(tonumber(asked), r.seq, r.undone)", ""),
        change(QUESTION, "asked and only_breadcrumbs(tonumber(asked), r.seq, r.undone)", "true"),
    ),
    bug(
        "the log is kept for ever",
        "one",
        change(PRELUDE, "redis.call('PEXPIRE', LOG, KEEP_RUN_MS)", ""),
    ),
    bug(
        "a wake-up takes the lease of a brain that lives",
        "long",
        change(RESUME, "if r.lease > now then", "if false then"),
    ),
    bug(
        "the chain of wake-ups does not count on",
        "long-once",
        change(RESUME, "r.wake = r.wake + 1", "r.wake = r.wake"),
    ),
    bug(
        "a take-over keeps the fence",
        "long-once",
        change(PRELUDE, "r.fence = r.fence + 1", "r.fence = r.fence"),
    ),
    bug(
        "a take-over does not count as an attempt",
        "long-once",
        change(PRELUDE, "r.attempts = r.attempts + 1", "r.attempts = r.attempts"),
    ),
    bug(
        "an event that is told again is held again",
        "notified",
        change(
            PENDING,
            "if a.notice ~= '' and redis.call('SET', key('seen'), '1', 'NX', 'PX', a.seen_ms) then",
            "if a.notice ~= '' then",
        ),
    ),
    bug(
        "what another has said is said again",
        "notified",
        change(ANNOUNCE, "if not there[form] then", "if false then"),
    ),
    bug(
        "a notice is said while the brain speaks",
        "notified",
        change(ANNOUNCE, "or a.run == '' and is_busy(r, clock())", ""),
        change(PENDING, "is_busy(r, now) and '1' or ''", "''"),
    ),
    bug(
        "a notice that is sent again is one more",
        "notified",
        change(ANNOUNCE, "if a.id ~= '' and known == a.id then", "if false then"),
        change(ANNOUNCE, "if not there[form] then", "if false then"),
    ),
)

"""The statements that read jobs and minds."""

COLUMNS_OF_JOB = b"""
    select
        user_id, id, kind, title, %s, status, total_count, completed_count, failed_count,
        token_budget, tokens_in, tokens_out, usd, event_sequence, join_mode, document_id,
        compared_with, origin_run, %s, report_by, "foreign", report_tries, created_at,
        started_at, updated_at, last_event_at, finished_at
"""
JOB = COLUMNS_OF_JOB % (b"request", b"report")
COLUMNS_OF_MIND = b"""
    select
        id, user_id, job_id, number, label, goal_reached, status, ended_reason, "foreign", turns,
        tokens_in, tokens_out, usd, scenario_digest, seed, try as attempt, started_at, finished_at,
"""
MIND = COLUMNS_OF_MIND + b"profile, brief, goal, result, sources, needs, scenario, verdict"
# What was asked for, said and found is left out: it may be long, and a status shows none of it.
STATE_OF_JOB = COLUMNS_OF_JOB % (
    b"'{}'::jsonb as request",
    b"case when report is not null then '{}'::jsonb end as report",
)
STATE_OF_MIND = (
    COLUMNS_OF_MIND
    + b"""
        '{}'::jsonb as profile, null as brief, null as goal, null as result,
        '[]'::jsonb as sources, null as needs, null as scenario,
        case when verdict is not null
            then jsonb_build_object('outcome', verdict -> 'outcome') end as verdict
"""
)
OF_JOB = b" from brain.jobs where user_id = %(user_id)s and id = %(id)s"
READ_JOB = JOB + OF_JOB
MINDS_OF_JOB = b" from brain.minds where user_id = %(user_id)s and job_id = %(id)s order by number"
READ_MINDS = MIND + MINDS_OF_JOB
WHOLE = (READ_JOB, READ_MINDS)
STATE = (STATE_OF_JOB + OF_JOB, STATE_OF_MIND + MINDS_OF_JOB)
READ_MIND = (
    MIND
    + b"""
    from brain.minds
    where id = %(id)s and (%(user_id)s::text is null or user_id = %(user_id)s)
"""
)
OWNER = b"select user_id from brain.minds where id = any(%(minds)s) limit 1"
RECENT = (
    JOB
    + b"""
    from brain.jobs
    where user_id = %(user_id)s
        and (not %(is_open)s or status not in ('complete', 'failed', 'stopped'))
    order by created_at desc, id limit %(limit)s
"""
)
OUTDATED = b"""
    select id from (
        select id, status, report, created_at,
            row_number() over (order by created_at desc, id) as place
        from brain.jobs where user_id = %(user_id)s
    ) as known
    where status in ('complete', 'failed', 'stopped') and report is not null
        and (place > %(most)s or created_at < now() - make_interval(days => %(days)s))
"""

"""The statements that change jobs and minds. A mind's row is always locked before its job's row."""

from brain.jobs.stored.dollars import OPEN_COST
from brain.jobs.stored.reading import OF_JOB

# ---- start

# The day is the user's, `offset` before or after UTC. It never goes back: a user who moves to the
# west, or says so, has no day twice. No zone is more than a day ahead of UTC.

OPEN_DAY = b"""
    insert into brain.spending (user_id, day)
    select %(user_id)s, greatest(((now() at time zone 'utc') + %(offset)s)::date, max(day))
    from brain.spending
    where user_id = %(user_id)s and day <= (now() at time zone 'utc')::date + 1
    on conflict do nothing
"""
LOCK_DAY = (
    b"select reserved + used, day, day.usd + "
    + OPEN_COST
    + b""",
        extract(epoch from (day + 1)::timestamp - (now() at time zone 'utc') - %(offset)s)::float
    from brain.spending day
    where user_id = %(user_id)s and day <= (now() at time zone 'utc')::date + 1
    order by day desc
    limit 1
    for update
"""
)
OPEN_TITLES = b"""
    select title from brain.jobs
    where user_id = %(user_id)s and status not in ('complete', 'failed', 'stopped')
    order by created_at
"""
RESERVE = b"""
    update brain.spending set reserved = reserved + %(budget)s
    where user_id = %(user_id)s and day = %(day)s
"""
INSERT_JOB = b"""
    insert into brain.jobs (
        user_id, id, kind, title, request, total_count, token_budget, join_mode, document_id,
        compared_with, origin_run, "foreign", reserved_on
    ) values (
        %(user_id)s, %(id)s, %(kind)s, %(title)s, %(request)s::jsonb, %(total)s, %(budget)s,
        %(join_mode)s, %(document_id)s, %(compared_with)s, %(origin_run)s, %(foreign)s, %(day)s
    )
"""
INSERT_MIND = b"""
    insert into brain.minds (
        id, user_id, job_id, number, label, profile, brief, goal, scenario, scenario_digest, seed,
        "foreign"
    ) values (
        %(id)s, %(user_id)s, %(job_id)s, %(number)s, %(label)s, %(profile)s::jsonb, %(brief)s,
        %(goal)s, %(scenario)s::jsonb, %(scenario_digest)s, %(seed)s, %(foreign)s
    )
"""

# ---- the life of a mind

CHANGED = b"""
    event_sequence = event_sequence + 1, updated_at = now(), last_event_at = now()
"""
BEGIN = b"""
    update brain.minds set status = 'running', started_at = coalesce(started_at, now())
    where id = %(id)s and status = 'queued'
    returning user_id, job_id
"""
BEGIN_JOB = (
    b"""
    update brain.jobs set
        status = case when status = 'queued' then 'running' else status end,
        started_at = coalesce(started_at, now()), """
    + CHANGED
    + b"where user_id = %(user_id)s and id = %(job_id)s"
)
NOTE = b"""
    update brain.minds set result = %(result)s, "foreign" = "foreign" or %(foreign)s
    where id = %(id)s and status in ('queued', 'running', 'paused')
"""
AGAIN = b"""
    update brain.minds set id = %(new_id)s, seed = %(seed)s, try = try + 1
    where id = %(id)s and status = 'running' and try = 0
    returning user_id, job_id
"""
SETTLE = b"""
    update brain.minds set
        status = %(status)s, ended_reason = %(reason)s, result = coalesce(%(result)s, result),
        sources = %(sources)s::jsonb, needs = %(needs)s, "foreign" = "foreign" or %(foreign)s,
        goal_reached = %(goal_reached)s, turns = %(turns)s, tokens_in = %(tokens_in)s,
        tokens_out = %(tokens_out)s, usd = %(usd)s, verdict = %(verdict)s::jsonb,
        finished_at = now()
    where id = %(id)s and status in ('queued', 'running', 'paused')
    returning user_id, job_id, "foreign"
"""
# What is not known for one mind is not known for the job.
COUNT = (
    b"""
    update brain.jobs set
        completed_count = completed_count + %(completed)s,
        failed_count = failed_count + 1 - %(completed)s,
        tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
        usd = case when completed_count + failed_count = 0 then %(usd)s else usd + %(usd)s end,
        "foreign" = "foreign" or %(foreign)s,
        status = case
            when status in ('queued', 'running', 'paused')
                and completed_count + failed_count + 1 = total_count then 'summarising'
            else status
        end, """
    + CHANGED
    + b"where user_id = %(user_id)s and id = %(job_id)s returning true"
)

# ---- stop and pause

LOCK_MINDS = b"""
    select number, status from brain.minds
    where user_id = %(user_id)s and job_id = %(id)s
        and (%(number)s::bigint is null or number = %(number)s)
    order by number for update
"""
STOP_MINDS = b"""
    update brain.minds set status = 'stopped', ended_reason = 'stopped', finished_at = now()
    where user_id = %(user_id)s and job_id = %(id)s and number = any(%(numbers)s)
"""
STOP_JOB = (
    b"""
    update brain.jobs set
        failed_count = failed_count + %(stopped)s,
        status = case
            when %(number)s::bigint is null then 'stopped'
            when completed_count + failed_count + %(stopped)s = total_count then 'summarising'
            else status
        end, """
    + CHANGED
    + b"""where user_id = %(user_id)s and id = %(id)s
        and status in ('queued', 'running', 'paused', 'summarising')
        and (%(stopped)s > 0 or %(number)s::bigint is null)
"""
)
NOTE_SPENT = b"""
    update brain.minds set
        result = coalesce(%(result)s, result), "foreign" = "foreign" or %(foreign)s,
        turns = %(turns)s, tokens_in = %(tokens_in)s, tokens_out = %(tokens_out)s, usd = %(usd)s
    where id = %(id)s and status = 'stopped' and tokens_in + tokens_out = 0
        and %(tokens_in)s + %(tokens_out)s > 0
    returning user_id, job_id, "foreign"
"""
COUNT_SPENT = (
    b"""
    update brain.jobs set
        tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
        usd = usd + %(usd)s, "foreign" = "foreign" or %(foreign)s, """
    + CHANGED
    + b"""where user_id = %(user_id)s and id = %(job_id)s
    returning reserved_on, report is not null
"""
)
# The time of a pause is not a part of a mind's life. What had not begun begins when it is resumed.
RESUMED = b"case when %(to)s = 'running' then now() end"
PAUSE_MINDS = (
    b"""
    update brain.minds set
        status = %(to)s, paused_at = case when %(to)s = 'paused' then now() end,
        started_at = coalesce(started_at + coalesce(now() - paused_at, interval '0'), """
    + RESUMED
    + b""") where user_id = %(user_id)s and job_id = %(id)s and status = any(%(of)s)
"""
)
PAUSE_JOB = (
    b"update brain.jobs set status = %(to)s, started_at = coalesce(started_at, "
    + RESUMED
    + b"), "
    + CHANGED
    + b"where user_id = %(user_id)s and id = %(id)s and status = any(%(of)s)"
)

# ---- the report, and the end

REPORT = (
    b"""
    update brain.jobs set
        report = %(report)s::jsonb, report_by = %(by)s, "foreign" = "foreign" or %(foreign)s,
        status = case
            when status = 'stopped' then 'stopped'
            when completed_count = 0 then 'failed'
            else 'complete'
        end,
        document_id = coalesce(document_id, %(document_id)s),
        tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
        usd = usd + %(usd)s, """
    + CHANGED
    + b"""where user_id = %(user_id)s and id = %(id)s and report is null
        and status in ('summarising', 'stopped')
    returning reserved_on, token_budget, tokens_in, tokens_out, usd::float,
        coalesce(usd, (
            select sum(mind.usd) from brain.minds mind
            where mind.user_id = jobs.user_id and mind.job_id = jobs.id
        ), 0)::float, "foreign"
"""
)
SPENT = ("day", "budget", "tokens_in", "tokens_out", "usd", "known")  # as REPORT returns them
SPEND = b"""
    update brain.spending set
        reserved = greatest(reserved - %(budget)s, 0),
        used = used + %(tokens_in)s + %(tokens_out)s,
        tokens_in = tokens_in + %(tokens_in)s,
        tokens_out = tokens_out + %(tokens_out)s,
        usd = usd + %(known)s::float,
        unpriced = unpriced
            + (%(usd)s::float is null and %(tokens_in)s + %(tokens_out)s > 0)::integer
    where user_id = %(user_id)s and day = %(day)s
"""
TRY_REPORT = (
    b"""
    update brain.jobs set
        report_tries = report_tries + 1,
        tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
        usd = usd + %(usd)s, """
    + CHANGED
    + b"""where user_id = %(user_id)s and id = %(id)s and report_tries = %(before)s
        and status = 'summarising' and report is null
"""
)
FINISH = (
    b"update brain.jobs set finished_at = now(), "
    + CHANGED
    + b"""where user_id = %(user_id)s and id = %(id)s and finished_at is null
        and report is not null
"""
)
LOCK_JOB = b"select report is not null" + OF_JOB + b" for update"
DELETE_JOB = b"delete" + OF_JOB

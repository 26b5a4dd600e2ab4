-- The log's entries that contain all words of the query or their beginnings, newest first.
-- %(after)s is the last entry of the page before.
with fitting as materialized (
    select id, at, entry
    from brain.archive
    where user_id = %(user_id)s and lasting and search @@ %(wanted)s::tsquery
)
select entry, (select count(*) from fitting) as total
from fitting
where
    %(after_at)s::timestamptz is null
    or (at, id) < (%(after_at)s::timestamptz, %(after)s::text)
order by at desc, id desc
limit %(limit)s

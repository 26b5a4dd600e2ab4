-- The log's entries that contain any word of the query, best first; on a tie, the newer one first.
-- Transient entries have no words. Rare words have a higher weight, as in search.sql.
with
spoken as materialized (
    select language, count(*) as entries
    from brain.archive
    where user_id = %(user_id)s and lasting
    group by language
),
wanted as materialized (
    select lexeme, query
    from brain.wanted(
        %(words)s, %(forms)s::text[], %(originals)s::text[], %(ending)s,
        (select array_agg(language) from spoken)
    )
),
hits as materialized (
    select archive.id, wanted.lexeme, ts_rank(archive.search, wanted.query) as strength
    from wanted
    join brain.archive
        on archive.user_id = %(user_id)s
        and archive.search @@ wanted.query
    where
        archive.at >= coalesce(%(since)s::timestamptz, '-infinity')
        and archive.at < coalesce(%(before)s::timestamptz, 'infinity')
),
worth as (
    select lexeme, ln(1 + (select sum(entries) from spoken)::float / count(*)) as weight
    from hits
    group by lexeme
),
scored as (
    select id, sum(strength * weight) as score
    from hits join worth using (lexeme)
    group by id
)
select archive.entry, scored.score
from scored
join brain.archive on archive.user_id = %(user_id)s and archive.id = scored.id
where scored.score >= %(share)s * (select max(score) from scored)
order by scored.score desc, archive.at desc, archive.id desc
limit %(limit)s

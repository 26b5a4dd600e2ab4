-- The facts that contain any word of the query, best first. Rare words have a higher weight, as in
-- search.sql.
with
mine as materialized (
    select * from brain.facts where user_id = %(user_id)s
),
wanted as materialized (
    select lexeme, query
    from brain.wanted(
        %(words)s, %(forms)s::text[], %(originals)s::text[], %(ending)s,
        (select array_agg(distinct language) from mine)
    )
),
hits as materialized (
    select mine.id, wanted.lexeme, ts_rank(mine.search, wanted.query) as strength
    from mine join wanted on mine.search @@ wanted.query
),
worth as (
    select lexeme, ln(1 + (select count(*) from mine)::float / count(*)) as weight
    from hits
    group by lexeme
),
scored as (
    select id, sum(strength * weight) as score
    from hits join worth using (lexeme)
    group by id
)
select mine.id, mine.text, mine.source, mine.at, mine."foreign"
from scored join mine using (id)
where scored.score >= %(share)s * (select max(score) from scored)
order by scored.score desc, mine.at desc, mine.id
limit %(limit)s

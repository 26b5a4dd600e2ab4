-- The emails that contain any word of the query and pass the filters, best first. As in search.sql,
-- rare words have a higher weight, stop words of the query's language are ignored unless it has no
-- other words, and words are searched unchanged and as stems in the languages of the emails.
-- %(ending)s is '' for whole words, ':*' for beginnings of words. %(after)s is the last email of the
-- page before, as in search.sql.
with
known as materialized (
    -- Checked one by one: collecting them from all emails would take longer than the search.
    select language
    from unnest(
        '{english,german,french,spanish,italian,portuguese,dutch,danish,norwegian,swedish,finnish,
          hungarian,russian,turkish}'::text[]
    ) as possible (language)
    where exists (
        select from brain.emails as email
        where email.user_id = %(user_id)s and email.language = possible.language
    )
),
wanted as materialized (
    select lexeme, query
    from brain.wanted(
        %(words)s, %(forms)s::text[], %(originals)s::text[], %(ending)s,
        (select array_agg(language) from known)
    )
),
hits as materialized (
    select
        email.id, email.at, wanted.lexeme,
        ts_rank('{0.3, 0.5, 0.7, 1.0}', email.search, wanted.query) as strength,
        (%(sender)s = '' or email.people @@ %(sender)s::tsquery)
        and (%(since)s::timestamptz is null or email.at >= %(since)s::timestamptz)
        and (%(before)s::timestamptz is null or email.at < %(before)s::timestamptz)
        and (%(unread)s::boolean is null or email.unread = %(unread)s::boolean) as passes
    from wanted
    join brain.emails as email
        on email.user_id = %(user_id)s and email.search @@ wanted.query
),
worth as (
    select
        lexeme,
        ln(1 + (select count(*) from brain.emails where user_id = %(user_id)s)::float / count(*))
            as weight
    from hits
    group by lexeme
),
scored as materialized (
    select id, at, sum(strength * weight) as score
    from hits
    join worth using (lexeme)
    where passes
    group by id, at
),
-- As shares of the best score: one more row changes the weights of words, and with them all scores.
fitting as materialized (
    select id, at, round((score / (select max(score) from scored))::numeric, 6)::float as score
    from scored
    where score >= %(share)s * (select max(score) from scored)
),
last_shown as (
    select coalesce((select score from fitting where id = %(after)s::text), %(after_score)s::float) as score
),
best as materialized (
    select fitting.*
    from fitting
    cross join last_shown
    where
        %(after)s::text is null
        or fitting.score < last_shown.score
        or (fitting.score = last_shown.score and (
            fitting.at < %(after_at)s::timestamptz
            or (fitting.at = %(after_at)s::timestamptz and fitting.id > %(after)s::text)
        ))
    order by fitting.score desc, fitting.at desc, fitting.id
    limit %(limit)s
)
select
    email.id, email.folder, email.sender, email.subject, email.at, email.unread, email.text,
    (select array_agg(lexeme) from wanted) as lexemes, best.score,
    (select count(*) from fitting) as total
from best
join brain.emails as email on email.user_id = %(user_id)s and email.id = best.id
order by best.score desc, best.at desc, best.id

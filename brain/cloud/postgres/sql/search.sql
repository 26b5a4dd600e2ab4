-- The documents that contain any word of the query, best first, each with its best passage.
--
-- Words that few of the user's documents contain have a higher weight, so that a query in full
-- sentences finds its topic. Stop words of the query's language are ignored, unless it has no other
-- words. Words are searched unchanged and as stems in the languages of the documents.
-- %(ending)s is '' for whole words, ':*' for beginnings of words. %(after)s is the last document of
-- the page before, with its score and time; its score of now counts, if it is still found.
with
wanted as materialized (
    select lexeme, query
    from brain.wanted(
        %(words)s, %(forms)s::text[], %(originals)s::text[], %(ending)s,
        (select array_agg(distinct language) from brain.documents where user_id = %(user_id)s)
    )
),
hits as materialized (
    select
        passage.document_id, passage.number, wanted.lexeme,
        ts_rank('{0.4, 0.4, 0.4, 1.0}', passage.search, wanted.query) as strength
    from wanted
    join brain.passages as passage
        on passage.user_id = %(user_id)s and passage.search @@ wanted.query
),
strongest as materialized (
    select document_id, lexeme, max(strength) as strength
    from hits
    group by document_id, lexeme
),
worth as materialized (
    select
        lexeme,
        ln(1 + (select count(*) from brain.documents where user_id = %(user_id)s)::float
            / count(*)) as weight
    from strongest
    group by lexeme
),
scored as materialized (
    select document_id, sum(strength * weight) as score
    from strongest
    join worth using (lexeme)
    group by document_id
),
-- Ordered by shares of the best score: one more row changes the weights of words, and with them all
-- scores.
fitting as materialized (
    select
        document_id, score,
        round((score / (select max(score) from scored))::numeric, 6)::float as share
    from scored
    where score >= %(share)s * (select max(score) from scored)
),
last_shown as (
    select coalesce(
        (select share from fitting where document_id = %(after)s::text), %(after_score)s::float
    ) as share
),
-- What costs time for each document, a quotation and a version of the whole text, is computed only
-- for the documents in the result.
best as materialized (
    select document.id as document_id, fitting.score, fitting.share
    from fitting
    cross join last_shown
    join brain.documents as document
        on document.user_id = %(user_id)s and document.id = document_id
    where
        %(after)s::text is null
        or fitting.share < last_shown.share
        or (fitting.share = last_shown.share and (
            document.updated_at < %(after_at)s::timestamptz
            or (document.updated_at = %(after_at)s::timestamptz and document.id > %(after)s::text)
        ))
    order by fitting.share desc, document.updated_at desc, document.id
    limit %(limit)s
),
quoted as materialized (
    select distinct on (document_id) document_id, number
    from hits
    join best using (document_id)
    join worth using (lexeme)
    group by document_id, number
    order by document_id, sum(strength * weight) desc, number
)
select
    document.id as document_id, document.title,
    brain.version_of(document.title, document.body) as version, passage.text as snippet,
    best.score, document.updated_at, document."foreign", best.share, (select count(*) from fitting) as total
from best
join quoted using (document_id)
join brain.documents as document
    on document.user_id = %(user_id)s and document.id = document_id
join brain.passages as passage
    on passage.user_id = %(user_id)s
    and passage.document_id = document.id
    and passage.number = quoted.number
order by best.share desc, document.updated_at desc, document.id

-- The documents that contain any word of the query, best first, each with its best passage.
--
-- Words that few of the user's documents contain have a higher weight, so that a query in full
-- sentences finds its topic. Stop words of the query's language are ignored, unless it has no other
-- words. Words are searched unchanged and as stems in the languages of the documents.
-- %(ending)s is '' for whole words, ':*' for beginnings of words.
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
worth as (
    select
        lexeme,
        ln(1 + (select count(*) from brain.documents where user_id = %(user_id)s)::float
            / count(distinct document_id)) as weight
    from hits
    group by lexeme
),
scored as (
    select document_id, sum(strength * weight) as score
    from (
        select document_id, lexeme, max(strength) as strength
        from hits
        group by document_id, lexeme
    ) as best
    join worth using (lexeme)
    group by document_id
),
quoted as (
    select distinct on (document_id) document_id, number
    from hits
    join worth using (lexeme)
    group by document_id, number
    order by document_id, sum(strength * weight) desc, number
),
best as materialized (
    -- A version is computed from the whole text, so only for the documents in the result.
    select
        document.id as document_id, document.title, document.body, document.updated_at,
        document."foreign", passage.text as snippet, scored.score
    from scored
    join quoted using (document_id)
    join brain.documents as document
        on document.user_id = %(user_id)s and document.id = document_id
    join brain.passages as passage
        on passage.user_id = %(user_id)s
        and passage.document_id = document.id
        and passage.number = quoted.number
    where scored.score >= %(share)s * (select max(score) from scored)
    order by scored.score desc, document.updated_at desc, document.id
    limit %(limit)s
)
select
    document_id, title, brain.version_of(title, body) as version, snippet, score, updated_at,
    "foreign"
from best
order by score desc, updated_at desc, document_id

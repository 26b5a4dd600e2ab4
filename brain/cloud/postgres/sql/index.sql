-- Insert the passages of a document. Each word is indexed twice: unchanged, so that a query in any
-- language finds it, and as its stem in the language of the text. The title has a higher weight (A)
-- and is indexed with every passage.
with known as (
    update brain.documents
    set language = brain.language_of(%(sample)s)::text, words = %(form)s
    where user_id = %(user_id)s and id = %(id)s
    returning language::regconfig as language
)
insert into brain.passages (user_id, document_id, number, text, search)
select
    %(user_id)s, %(id)s, passage.number, passage.text,
    setweight(to_tsvector('simple', %(title)s) || to_tsvector(known.language, %(title)s), 'A')
    || to_tsvector('simple', passage.words)
    || to_tsvector(known.language, passage.words)
from
    known,
    unnest(%(texts)s::text[], %(words)s::text[]) with ordinality as passage (text, words, number)

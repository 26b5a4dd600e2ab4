-- Insert an email unless it exists. Each word is indexed twice, unchanged and as its stem, as in
-- documents. The subject has the highest weight (A), then the people (B), the text (C) and the
-- quoted text of earlier emails (D).
-- Materialized, because otherwise the language would be detected at each use.
with known as materialized (select brain.language_of(%(sample)s) as language)
insert into brain.emails (
    user_id, id, folder, message_id, in_reply_to, thread, sender, recipients, subject, at, text,
    attachments, unread, brought, told, language, search, people, words
)
select
    %(user_id)s, %(id)s, %(folder)s, %(message_id)s, %(in_reply_to)s, %(thread)s::text[],
    %(sender)s::jsonb, %(recipients)s::jsonb, %(subject)s, %(at)s, %(text)s,
    %(attachments)s::jsonb, %(unread)s, %(brought)s, %(told)s, known.language::text,
    setweight(
        to_tsvector('simple', %(subject_words)s) || to_tsvector(known.language, %(subject_words)s),
        'A'
    )
    || setweight(to_tsvector('simple', %(people_words)s), 'B')
    || setweight(
        to_tsvector('simple', %(own_words)s) || to_tsvector(known.language, %(own_words)s), 'C'
    )
    || to_tsvector('simple', %(quoted_words)s) || to_tsvector(known.language, %(quoted_words)s),
    to_tsvector('simple', %(sender_words)s), %(form)s
from known
on conflict (user_id, id) do nothing
returning id

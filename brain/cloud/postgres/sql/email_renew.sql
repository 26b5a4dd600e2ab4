-- Rewrite the search words of an email, in the language that was detected when it was inserted. As in
-- email_insert.sql.
update brain.emails
set
    search = setweight(
        to_tsvector('simple', %(subject_words)s)
        || to_tsvector(language::regconfig, %(subject_words)s),
        'A'
    )
    || setweight(to_tsvector('simple', %(people_words)s), 'B')
    || setweight(
        to_tsvector('simple', %(own_words)s) || to_tsvector(language::regconfig, %(own_words)s), 'C'
    )
    || to_tsvector('simple', %(quoted_words)s)
    || to_tsvector(language::regconfig, %(quoted_words)s),
    people = to_tsvector('simple', %(sender_words)s),
    words = %(form)s
where user_id = %(user_id)s and id = %(id)s

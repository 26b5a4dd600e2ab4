-- The form of the indexed words: 1 without the other forms of a word, 2 with them (brain/texts/
-- forms.py). Rows of older code are brought up to date by the searches (brain/cloud/postgres/
-- renewal.py), because a word's forms are made in Python.
alter table brain.documents add column words smallint not null default 1;
alter table brain.emails add column words smallint not null default 1;
alter table brain.facts add column words smallint not null default 1;
alter table brain.archive add column words smallint not null default 1;

create index documents_words on brain.documents (user_id) where words < 2;
create index emails_words on brain.emails (user_id) where words < 2;
create index facts_words on brain.facts (user_id) where words < 2;
create index archive_words on brain.archive (user_id) where words < 2;

-- The lexemes to search for, as with the function of three arguments. `forms` are words that are
-- other forms of those in `originals`: such a word is a stop word if its original is.
create function brain.wanted(
    words text, forms text[], originals text[], ending text, languages text[]
)
returns table (lexeme text, query tsquery) language sql stable as $$
    with
    plain as materialized (
        select
            word.lexeme,
            bool_or(to_tsvector(asked.language, coalesce(other.original, word.lexeme)) <> '')
                as telling
        from
            brain.language_of(words) as asked (language),
            unnest(to_tsvector('simple', words)) as word
            left join unnest(forms, originals) as other (form, original)
                on other.form = word.lexeme
        group by word.lexeme
    ),
    told as materialized (
        select plain.lexeme from plain where telling or not exists (select from plain where telling)
    )
    -- Words contain only letters, marks and digits: no quoting is needed.
    select lexemes.lexeme, ('''' || lexemes.lexeme || '''' || ending)::tsquery
    from (
        select told.lexeme from told
        union
        select stem.lexeme
        from
            told,
            unnest(languages) as known (language),
            unnest(to_tsvector(known.language::regconfig, told.lexeme)) as stem
    ) as lexemes
    -- Shorter beginnings match nearly every text.
    where ending = '' or length(lexemes.lexeme) >= 3
$$;

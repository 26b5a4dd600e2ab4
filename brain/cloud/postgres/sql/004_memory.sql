-- Facts that the user asked to remember. A user has few facts, so a search reads all of them. An
-- index on their words would span all users.
create table brain.facts (
    user_id text not null,
    id text not null,
    text text not null check (char_length(text) between 1 and 1000),
    digest text not null,  -- of the text without case and spacing: a repeated fact is the same
    source text not null,
    "foreign" boolean not null,
    language text not null,  -- of the stems in `search`
    search tsvector not null,
    at timestamptz not null default now(),
    primary key (user_id, id),
    unique (user_id, digest)
);

create index facts_time on brain.facts (user_id, at desc, id);

-- The lexemes to search for, given a query's words (search.sql does the same for documents): the
-- words without stop words, unchanged and as stems in these languages. `ending` is '' for whole
-- words, ':*' for beginnings of words.
create function brain.wanted(words text, ending text, languages text[])
returns table (lexeme text, query tsquery) language sql stable as $$
    with
    plain as materialized (
        select word.lexeme, to_tsvector(asked.language, word.lexeme) <> '' as telling
        from
            brain.language_of(words) as asked (language),
            unnest(to_tsvector('simple', words)) as word
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

-- Documents, their passages for search, and the keys of operations that were already done.
-- (The schema `brain` is created before the first migration.)

create table brain.documents (
    user_id text not null,
    id text not null,
    title text not null check (char_length(title) between 1 and 300),
    body text not null check (char_length(body) <= 200000),
    language text,  -- of the stems in its passages; a text search configuration
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (user_id, id)
);

-- A search finds and quotes passages: a long document ranks by its best passage.
create table brain.passages (
    user_id text not null,
    document_id text not null,
    number integer not null,
    text text not null,
    search tsvector not null,
    primary key (user_id, document_id, number),
    foreign key (user_id, document_id) references brain.documents (user_id, id) on delete cascade
);

create index passages_search on brain.passages using gin (search);

-- Idempotency keys of changes. A creation needs no row: the document's id is derived from the key.
create table brain.operations (
    user_id text not null,
    key text not null,
    created_at timestamptz not null default now(),
    primary key (user_id, key)
);

create index operations_age on brain.operations (user_id, created_at);

-- The origin of imported documents: one row for each part of a file. `imported_at` equals the
-- document's `updated_at` until somebody changes the document.
create table brain.imports (
    user_id text not null,
    path text not null,
    part integer not null,
    digest text not null,
    document_id text not null,
    imported_at timestamptz not null default now(),
    primary key (user_id, path, part)
);

-- The language that reduces the words most by its stop words and endings; English on a tie. Postgres
-- cannot detect languages, but it knows the most frequent words of these.
create function brain.language_of(words text) returns regconfig language sql stable as $$
    select language
    from unnest(
        '{english,german,french,spanish,italian,portuguese,dutch,danish,norwegian,swedish,finnish,
          hungarian,russian,turkish}'::regconfig[]
    ) with ordinality as known (language, place)
    order by length(to_tsvector(language, words)), place
    limit 1
$$;

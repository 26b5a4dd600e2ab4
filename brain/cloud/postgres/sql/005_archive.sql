-- An entry is kept by its id and found by its words: a log that begins anew at 1 replaces nothing of
-- the one before.
alter table brain.archive rename to archive_by_place;

create table brain.archive (
    user_id text not null,
    id text not null,
    seq bigint not null,
    at timestamptz not null,
    entry json not null,  -- not `jsonb`: see 002
    -- What a search needs. Null in what was moved here from the old table: its words are made when
    -- the first search comes by (brain/memory/archive.py).
    lasting boolean,  -- whether a search may find it: breadcrumbs say nothing that lasts
    language text,  -- whose stems `search` holds
    search tsvector,
    primary key (user_id, id)
);

-- JSON can write what `text` cannot hold, U+0000 and lone surrogates, and no part of such a value can
-- be read. So each such escape is taken out before; a pair of backslashes before a `u` is none.
insert into brain.archive (user_id, id, seq, at, entry)
select user_id, readable ->> 'id', seq, (readable ->> 'createdAt')::timestamptz, entry
from
    brain.archive_by_place,
    lateral (
        select regexp_replace(
            entry::text, '(\\\\)|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1', 'g'
        )::json
    ) as cleaned (readable);

drop table brain.archive_by_place;

create index archive_place on brain.archive (user_id, seq, at desc, id desc);
create index archive_time on brain.archive (user_id, at desc, id desc) where lasting;
create index archive_search on brain.archive using gin (search);
create index archive_wordless on brain.archive (user_id) where search is null;

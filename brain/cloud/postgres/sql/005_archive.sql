-- An entry is stored by its id and found by its words. A log that starts again at seq 1 does not
-- overwrite earlier entries.
alter table brain.archive rename to archive_by_place;

create table brain.archive (
    user_id text not null,
    id text not null,
    seq bigint not null,
    at timestamptz not null,
    entry json not null,  -- not `jsonb`: see 002
    -- For search. Null in entries moved from the old table: the first search adds their words
    -- (brain/memory/archive.py).
    lasting boolean,  -- whether a search may find it; false for breadcrumbs
    language text,  -- of the stems in `search`
    search tsvector,
    primary key (user_id, id)
);

-- JSON can express U+0000 and lone surrogates, which `text` cannot store: such a value cannot be
-- read. So these escapes are removed first; two backslashes before a `u` are not an escape.
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

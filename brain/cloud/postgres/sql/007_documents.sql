-- Whether others wrote a document, or a part of it. Nobody knows that of those which are there already
-- nor of those which older code still makes: they count as texts by others.
alter table brain.documents add column "foreign" boolean not null default true;

create index documents_time on brain.documents (user_id, updated_at desc, id);

-- What names a document's text as it is now, made as brain/texts/words.py makes it.
create function brain.version_of(title text, body text) returns text language sql stable as $$
    select left(
        encode(
            sha256(convert_to(title, 'UTF8') || '\x00'::bytea || convert_to(body, 'UTF8')), 'hex'
        ),
        16
    )
$$;

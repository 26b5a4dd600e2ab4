-- Whether others wrote a document or a part of it. This is unknown for existing documents and for
-- those that older code still creates, so they count as written by others.
alter table brain.documents add column "foreign" boolean not null default true;

create index documents_time on brain.documents (user_id, updated_at desc, id);

-- The version of a document's text, computed as `version` in brain/documents/rules.py does.
create function brain.version_of(title text, body text) returns text language sql stable as $$
    select left(
        encode(
            sha256(convert_to(title, 'UTF8') || '\x00'::bytea || convert_to(body, 'UTF8')), 'hex'
        ),
        16
    )
$$;

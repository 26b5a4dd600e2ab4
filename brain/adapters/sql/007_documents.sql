-- Whether others wrote a document, or a part of it. Nobody knows that of those which are there already
-- nor of those which older code still makes: they count as texts by others.
alter table brain.documents add column "foreign" boolean not null default true;

create index documents_time on brain.documents (user_id, updated_at desc, id);

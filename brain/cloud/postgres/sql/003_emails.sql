-- Emails: the mirror of a mailbox, the places of the emails in it, and the mirror's progress.

create table brain.emails (
    user_id text not null,
    id text not null,  -- from Message-ID and content: an email is one row, in any folder
    folder text not null check (folder in ('inbox', 'sent')),
    message_id text not null,
    in_reply_to text not null,
    thread text[] not null,  -- References
    sender jsonb not null,
    recipients jsonb not null,  -- to, cc, replyTo
    subject text not null,
    at timestamptz not null,
    text text not null,
    attachments jsonb not null,
    unread boolean not null,
    brought boolean not null,  -- came by webhook: it stays, even if it has no place
    told boolean not null,  -- not new, or reported and saved by the caller
    claimed_at timestamptz,  -- when a sync last claimed it for reporting
    language text not null,  -- of the stems in `search`; a text search configuration
    search tsvector not null,
    people tsvector not null,  -- the sender's name and address
    primary key (user_id, id)
);

create index emails_search on brain.emails using gin (search);
create index emails_at on brain.emails (user_id, at desc, id);
create index emails_language on brain.emails (user_id, language);
create index emails_untold on brain.emails (user_id, at) where not told;

-- The server assigns new UIDs when a folder's validity changes. The old places keep the emails until
-- the folder is mirrored again.
create table brain.email_places (
    user_id text not null,
    folder text not null,
    validity bigint not null,
    uid bigint not null,
    email_id text not null,
    primary key (user_id, folder, validity, uid),
    foreign key (user_id, email_id) references brain.emails (user_id, id) on delete cascade
);

create index email_places_email on brain.email_places (user_id, email_id);

-- Everything from low_uid (inclusive) to next_uid (exclusive) is mirrored.
create table brain.email_folders (
    user_id text not null,
    folder text not null check (folder in ('inbox', 'sent')),
    validity bigint not null,
    next_uid bigint not null,
    low_uid bigint not null,
    baseline_uid bigint,  -- the first new email; null after renumbering: then `since` decides
    since timestamptz not null default now(),
    modseq bigint,  -- flags are mirrored up to it; null if the server has none
    scan_uid bigint not null default 0,  -- the last check for deletions went down to here
    primary key (user_id, folder)
);

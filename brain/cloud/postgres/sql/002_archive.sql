-- The part of the log that is no longer in the state store. `json` instead of `jsonb`, because it can
-- store every text that JSON can express, including U+0000 and lone surrogates.
create table brain.archive (
    user_id text not null,
    seq bigint not null,
    entry json not null,
    primary key (user_id, seq)
);

-- The part of the log that the state store no longer holds. `json` and not `jsonb`: it keeps every
-- text that JSON can write, U+0000 and lone surrogates included.
create table brain.archive (
    user_id text not null,
    seq bigint not null,
    entry json not null,
    primary key (user_id, seq)
);

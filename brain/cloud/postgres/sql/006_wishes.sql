-- The users' preferences, one row per user, and their notification rules.
create table brain.preferences (
    user_id text primary key,
    form jsonb not null,
    updated_at timestamptz not null default now()
);

create table brain.rules (
    user_id text not null,
    id text not null,
    about text not null,
    sender text,
    words text[] not null,
    kinds text[] not null,
    judge boolean not null,
    urgent boolean not null,
    created_at timestamptz not null default now(),
    primary key (user_id, id)
);

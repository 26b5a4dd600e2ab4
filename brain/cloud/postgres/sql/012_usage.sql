-- What runs use: a receipt for each run, for 90 days, and sums for each user and day.

create table brain.receipts (
    user_id text not null,
    run_id text not null,
    state text not null,
    because text not null default '',
    ended_at timestamptz not null,
    counts text not null,
    primary key (user_id, run_id)
);
create index receipts_by_end on brain.receipts (user_id, ended_at);

-- `usd` is the sum of what has a known price, `unpriced` the number of calls that have none.
alter table brain.spending
    add column runs bigint not null default 0,
    add column model_calls bigint not null default 0,
    add column tokens_in bigint not null default 0,
    add column tokens_cached bigint not null default 0,
    add column tokens_out bigint not null default 0,
    add column usd double precision not null default 0,
    add column unpriced bigint not null default 0;

-- Jobs of many minds, and what belongs to them. A bare time has a default; "null" means unknown.

create table brain.jobs (
    user_id text not null,
    id text not null,
    kind text not null check (kind in ('helpers', 'room', 'talk', 'rehearsal')),
    title text not null check (char_length(title) between 1 and 300),
    request jsonb not null,  -- as validated; "try it again" and a second start read it
    status text not null default 'queued' check (
        status in ('queued', 'running', 'paused', 'summarising', 'complete', 'failed', 'stopped')
    ),
    total_count integer not null check (total_count between 1 and 10),
    completed_count integer not null default 0,
    failed_count integer not null default 0,
    token_budget bigint not null,
    tokens_in bigint not null default 0,
    tokens_out bigint not null default 0,
    usd numeric null,
    event_sequence bigint not null default 0,  -- +1 with every change of the job or of its minds
    join_mode text not null default 'report' check (join_mode in ('report', 'each')),
    document_id text null,
    compared_with text null,  -- another job of the same user
    origin_run text null,  -- the run that started it; null: a route
    report jsonb null,
    report_by text null check (report_by in ('model', 'code')),
    "foreign" boolean not null default false,
    report_tries integer not null default 0,
    reserved_on date not null,
    created_at timestamptz not null default now(),
    started_at timestamptz null,
    updated_at timestamptz not null default now(),
    last_event_at timestamptz null,
    finished_at timestamptz null,  -- announced, nothing is left to do
    primary key (user_id, id),
    check (completed_count + failed_count <= total_count)
);

create index jobs_recent on brain.jobs (user_id, created_at desc, id);
create index jobs_open on brain.jobs (user_id)
    where status not in ('complete', 'failed', 'stopped');

create table brain.minds (
    id text primary key,
    user_id text not null,
    job_id text not null,
    number integer not null,
    label text not null,
    profile jsonb not null,  -- frozen at the start: instructions, model, tools, limits
    brief text null,
    goal text null,
    goal_reached boolean null,
    status text not null default 'queued' check (
        status in ('queued', 'running', 'paused', 'complete', 'failed', 'stopped', 'invalid')
    ),
    ended_reason text null,
    result text null,
    sources jsonb not null default '[]',
    needs text null,
    "foreign" boolean not null default false,
    turns integer not null default 0,
    tokens_in bigint not null default 0,
    tokens_out bigint not null default 0,
    usd numeric null,
    scenario jsonb null,
    scenario_digest text null,
    seed bigint null,
    try integer not null default 0,
    verdict jsonb null,
    started_at timestamptz null,  -- later by each pause that has ended
    paused_at timestamptz null,
    finished_at timestamptz null,
    unique (user_id, job_id, number),
    foreign key (user_id, job_id) references brain.jobs (user_id, id) on delete cascade
);

create table brain.profiles (
    user_id text not null,
    id text not null,
    name text not null check (char_length(name) between 1 and 60),
    instructions text not null default '' check (char_length(instructions) <= 20000),
    provider text null check (provider in ('openai', 'openrouter')),
    model text null,
    temperature real null check (temperature between 0 and 2),
    max_tokens integer null check (max_tokens between 1 and 4000),
    stop text[] null,
    tools text[] null,
    version integer not null default 1,
    updated_at timestamptz not null default now(),
    primary key (user_id, id)
);

create table brain.scenarios (
    user_id text not null,
    id text not null,
    name text not null,
    scenario jsonb not null,
    digest text not null,
    source text not null check (source in ('written', 'talk')),
    updated_at timestamptz not null default now(),
    primary key (user_id, id)
);

-- The journal of a rehearsal, copied before the store forgets it.
create table brain.steps (
    mind_id text not null,
    run_id text not null,
    place integer not null,
    entry json not null,
    primary key (mind_id, run_id, place)
);

-- What a rehearsed brain changed or sent in its world; the key is the call's idempotency key.
create table brain.effects (
    mind_id text not null,
    key text not null,
    seq bigint not null,
    tool text not null,
    arguments json not null,
    result text not null,
    at timestamptz not null default now(),
    primary key (mind_id, key)
);

-- What the user says about a judge's verdict.
create table brain.labels (
    user_id text not null,
    job_id text not null,
    number integer not null,
    item text not null,
    judge text not null,
    person text not null check (person in ('yes', 'no')),
    at timestamptz not null default now(),
    primary key (user_id, job_id, number, item)
);

-- Tokens of a user's jobs on one day (UTC): reserved by open jobs, and used by ended ones.
create table brain.spending (
    user_id text not null,
    day date not null,
    reserved bigint not null default 0 check (reserved >= 0),
    used bigint not null default 0,
    primary key (user_id, day)
);

-- The changes of a document by anchors: who replaced what by what.
create table brain.edits (
    user_id text not null,
    document_id text not null,
    place bigint not null,
    author text not null,
    mind_id text null,
    start integer not null,  -- where `replace` begins in the body that the change left
    find text not null,
    replace text not null,
    paragraphs text[] not null,  -- that the change touched, as it left them
    "foreign" boolean not null default false,  -- the mind had read text by others
    undoes bigint null,  -- the place of the change that this one takes back
    version_before text not null,
    version_after text null,
    state text not null check (state in ('done', 'proposed', 'undone', 'dismissed')),
    at timestamptz not null default now(),
    primary key (user_id, document_id, place)
);

create index edits_author on brain.edits (user_id, document_id, author, place desc);
-- Which paragraphs the user changed in the last 30 s.
create index edits_recent on brain.edits (user_id, document_id, at desc) where author = 'user';

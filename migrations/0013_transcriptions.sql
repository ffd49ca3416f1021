-- Recordings and what is said in them. The recording is an object of the store, the text lies in a table of its own, so
-- that no list ever reads it.
create table transcriptions (
    id UUID primary key not null,
    user_id UUID not null references users (id) on delete cascade,
    status TEXT not null check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    status_reason TEXT,
    title TEXT,
    audio_key TEXT not null,
    format TEXT not null check (format in ('mp3', 'm4a', 'ogg', 'wav', 'webm', 'flac')),
    size_bytes BIGINT not null,
    sha256 TEXT not null,
    -- As its owner has told it; null leaves it to the model to tell.
    language TEXT,
    endpoint TEXT not null,
    cost_microusd BIGINT not null,
    -- What was heard, once it was: in which languages, when the last word ends, and how it begins.
    languages JSONB not null,
    duration_millis BIGINT,
    excerpt TEXT,
    error_code TEXT,
    error_message TEXT,
    -- In the webhook URL, as with trainings.
    attempt_token TEXT not null,
    submitted_at TIMESTAMPTZ,
    cancel_requested_at TIMESTAMPTZ,
    next_check_at TIMESTAMPTZ,
    deadline_at TIMESTAMPTZ,
    last_status_check TIMESTAMPTZ,
    fal_ended_at TIMESTAMPTZ,
    fal_request_id TEXT,
    fal_status_url TEXT,
    fal_response_url TEXT,
    fal_cancel_url TEXT,
    -- Of failures alone: what was heard is kept below.
    fal_response_data JSONB,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ
);
create index transcriptions_of_user on transcriptions (user_id, created_at, id);
create unique index transcriptions_by_attempt_token on transcriptions (attempt_token);
create index transcriptions_to_check on transcriptions (next_check_at) where next_check_at is not null;
-- Statistics are counted along these alone.
create index transcriptions_to_count on transcriptions (user_id, status, cost_microusd);
create index transcriptions_by_time on transcriptions (created_at);
create index transcriptions_by_end on transcriptions (completed_at, status);

-- Each submission that fal may have taken, as with generations.
create table transcription_attempts (
    attempt_token TEXT primary key not null,
    transcription_id UUID not null references transcriptions (id) on delete cascade,
    submitted_at TIMESTAMPTZ not null,
    number INT not null
);
create index transcription_attempts_of on transcription_attempts (transcription_id);
create index transcription_attempts_again on transcription_attempts (transcription_id) where number > 1;

-- What is said.
create table transcripts (
    transcription_id UUID primary key not null references transcriptions (id) on delete cascade,
    content TEXT not null,
    segments JSONB not null
);

-- What was made of a text; an empty language is that of the text.
create table transcription_digests (
    id UUID primary key not null,
    user_id UUID not null,
    transcription_id UUID not null references transcriptions (id) on delete cascade,
    kind TEXT not null check (kind in ('summary', 'todo', 'minutes')),
    language TEXT not null,
    status TEXT not null check (status in ('pending', 'completed', 'failed')),
    content TEXT,
    error_code TEXT,
    error_message TEXT,
    created_at TIMESTAMPTZ not null,
    completed_at TIMESTAMPTZ
);
-- The same wish is written, and paid, once.
create unique index transcription_digests_once on transcription_digests (transcription_id, kind, language);

-- A delivery is of a training, a generation or a transcription.
create table deliveries_about_runs (
    id UUID primary key not null,
    training_id UUID references trainings (id) on delete cascade,
    generation_id UUID references generations (id) on delete cascade,
    transcription_id UUID references transcriptions (id) on delete cascade,
    request_id TEXT not null,
    body_sha256 TEXT not null,
    body JSONB,
    received_at TIMESTAMPTZ not null,
    check ((case when training_id is null then 0 else 1 end) + (case when generation_id is null then 0 else 1 end)
        + (case when transcription_id is null then 0 else 1 end) = 1)
);
insert into deliveries_about_runs (id, training_id, generation_id, request_id, body_sha256, body, received_at)
    select id, training_id, generation_id, request_id, body_sha256, body, received_at from fal_deliveries;
drop table fal_deliveries;
alter table deliveries_about_runs rename to fal_deliveries;
create unique index fal_deliveries_once on fal_deliveries (training_id, request_id, body_sha256);
create unique index fal_deliveries_once_of_generation on fal_deliveries (generation_id, request_id, body_sha256);
create unique index fal_deliveries_once_of_transcription on fal_deliveries (transcription_id, request_id, body_sha256);

-- What costs money is one of three.
create table expenses_of_runs (
    run_id UUID primary key not null,
    kind TEXT not null check (kind in ('training', 'generation', 'transcription')),
    user_id UUID not null,
    key_id UUID,
    cost_microusd BIGINT not null,
    started_at TIMESTAMPTZ not null
);
insert into expenses_of_runs (run_id, kind, user_id, key_id, cost_microusd, started_at)
    select run_id, kind, user_id, key_id, cost_microusd, started_at from spending;
drop table spending;
alter table expenses_of_runs rename to spending;
create index spending_of_user on spending (user_id, started_at, cost_microusd);
create index spending_of_key on spending (key_id, started_at);
create index spending_by_day on spending (started_at, cost_microusd);

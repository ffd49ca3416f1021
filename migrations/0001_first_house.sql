-- The first tables. This file runs unchanged on SQLite and on Postgres, so it keeps to what both read alike: no native
-- enum types (a TEXT with a CHECK instead), no default times (every time is bound by the service, in UTC, to the
-- microsecond), and JSON columns that hold only objects and arrays.

create table users (
    id UUID primary key not null,
    name TEXT not null,
    -- Who vouches for the external id, such as telegram:<bot id>; both are null for people made by the operator.
    issuer TEXT,
    external_id TEXT,
    created_at TIMESTAMPTZ not null,
    check ((issuer is null) = (external_id is null))
);
create unique index users_by_external_id on users (issuer, external_id) where issuer is not null;
create unique index users_by_name on users (name) where issuer is null;

create table api_keys (
    id UUID primary key not null,
    user_id UUID not null references users (id) on delete cascade,
    name TEXT not null,
    secret_sha256 TEXT not null,
    -- Words of the contract, separated by one space.
    scopes TEXT not null,
    -- Set on keys that act for others: the only issuer whose users they may name.
    issuer TEXT,
    created_at TIMESTAMPTZ not null,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
create index api_keys_of_user on api_keys (user_id);

create table avatars (
    id UUID primary key not null,
    user_id UUID not null references users (id) on delete cascade,
    name TEXT,
    gender TEXT check (gender in ('male', 'female', 'other')),
    avatar_type TEXT check (avatar_type in ('character', 'style', 'custom')),
    training_type TEXT check (training_type in ('portrait', 'style', 'object')),
    status TEXT not null check (status in
        ('draft', 'photos_uploading', 'ready_for_training', 'training', 'completed', 'error', 'cancelled')),
    status_reason TEXT,
    is_main BOOLEAN not null,
    trigger_phrase TEXT not null,
    active_training_id UUID,
    cover_photo_id UUID,
    metadata JSONB not null,
    version BIGINT not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null
);
create index avatars_of_user on avatars (user_id, created_at, id);
create unique index avatars_one_main on avatars (user_id) where is_main;
create index avatars_by_training_type on avatars (training_type);

create table photos (
    id UUID primary key not null,
    avatar_id UUID not null references avatars (id) on delete cascade,
    user_id UUID not null,
    upload_order INT not null,
    validation_status TEXT not null check (validation_status in ('pending', 'valid', 'invalid', 'duplicate')),
    issues JSONB not null,
    sha256 TEXT not null,
    size_bytes BIGINT not null,
    width INT not null,
    height INT not null,
    format TEXT not null check (format in ('jpeg', 'png', 'webp')),
    excluded BOOLEAN not null,
    caption TEXT,
    original_key TEXT not null,
    thumbnail_key TEXT not null,
    version BIGINT not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null
);
-- The same bytes are one photo of an avatar, however often and however many at once they are sent.
create unique index photos_once on photos (avatar_id, sha256);
create index photos_in_order on photos (avatar_id, upload_order);

create table trainings (
    id UUID primary key not null,
    avatar_id UUID not null references avatars (id) on delete cascade,
    user_id UUID not null,
    version INT not null,
    status TEXT not null check (status in ('preparing', 'submitting', 'queued', 'running', 'completed', 'failed',
        'cancelling', 'cancelled', 'stalled')),
    status_reason TEXT,
    progress INT not null check (progress between 0 and 100),
    progress_source TEXT not null check (progress_source in ('reported', 'estimated')),
    queue_position INT,
    preset TEXT not null check (preset in ('fast', 'balanced', 'quality')),
    endpoint TEXT not null,
    photos JSONB not null,
    cost_microusd BIGINT not null,
    expected_seconds BIGINT not null,
    error_code TEXT,
    -- In the webhook URL: what lets a delivery find its training even when the answer to the submission was lost.
    attempt_token TEXT not null,
    training_set_key TEXT,
    fal_training_set_url TEXT,
    fal_status_url TEXT,
    fal_response_url TEXT,
    fal_cancel_url TEXT,
    submitted_at TIMESTAMPTZ,
    next_check_at TIMESTAMPTZ,
    lora_key TEXT,
    config_key TEXT,
    training_type TEXT not null check (training_type in ('portrait', 'style', 'object')),
    fal_request_id TEXT,
    fal_priority TEXT not null check (fal_priority in ('normal', 'high')),
    learning_rate DOUBLE PRECISION,
    trigger_phrase TEXT not null,
    steps INT not null,
    multiresolution_training BOOLEAN not null,
    subject_crop BOOLEAN not null,
    create_masks BOOLEAN not null,
    captioning BOOLEAN not null,
    finetune_type TEXT not null check (finetune_type in ('lora', 'dreambooth')),
    finetune_comment TEXT not null,
    diffusers_lora_file_url TEXT,
    config_file_url TEXT,
    training_logs TEXT,
    training_error TEXT,
    webhook_url TEXT,
    last_status_check TIMESTAMPTZ,
    fal_response_data JSONB,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ
);
create unique index trainings_by_version on trainings (avatar_id, version);
create unique index trainings_one_running on trainings (avatar_id)
    where status in ('preparing', 'submitting', 'queued', 'running', 'cancelling', 'stalled');
create unique index trainings_by_attempt_token on trainings (attempt_token);
create index trainings_by_fal_request_id on trainings (fal_request_id);
create index trainings_by_training_type on trainings (training_type);
create index trainings_to_check on trainings (next_check_at) where next_check_at is not null;

-- What fal told us, once each. The true result is always asked for; a delivery only says when to ask.
create table fal_deliveries (
    id UUID primary key not null,
    training_id UUID not null references trainings (id) on delete cascade,
    request_id TEXT not null,
    body_sha256 TEXT not null,
    received_at TIMESTAMPTZ not null
);
create unique index fal_deliveries_once on fal_deliveries (training_id, request_id, body_sha256);

-- Every object we keep, so that none is ever lost sight of: pending before it is written, live once a row needs it,
-- doomed when nothing does. A sweep deletes the doomed and the pending that nobody claimed.
create table objects (
    object_key TEXT primary key not null,
    user_id UUID not null,
    avatar_id UUID,
    size_bytes BIGINT not null,
    state TEXT not null check (state in ('pending', 'live', 'doomed')),
    updated_at TIMESTAMPTZ not null
);
create index objects_to_clear on objects (state, updated_at);
create index objects_of_avatar on objects (avatar_id);

-- seq is null until the sequencer has seen the row committed; readers see only numbered rows, so none is ever missed.
create table events (
    id UUID primary key not null,
    seq BIGINT,
    type TEXT not null,
    occurred_at TIMESTAMPTZ not null,
    user_id UUID not null,
    issuer TEXT,
    actor_id UUID,
    avatar_id UUID,
    resource_type TEXT not null,
    resource_id UUID not null,
    state TEXT,
    details JSONB not null
);
create unique index events_by_seq on events (seq) where seq is not null;
create index events_to_number on events (id) where seq is null;
create index events_of_user on events (user_id, seq);
create index events_of_issuer on events (issuer, seq) where issuer is not null;
create index events_of_avatar on events (avatar_id, id);

create table event_sequence (
    id INT primary key not null check (id = 1),
    last_seq BIGINT not null
);
insert into event_sequence (id, last_seq) values (1, 0);

create table jobs (
    id UUID primary key not null,
    kind TEXT not null,
    payload JSONB not null,
    -- At most one waiting job a kind and key; asking again only brings its time forward.
    unique_key TEXT not null,
    status TEXT not null check (status in ('waiting', 'running', 'failed')),
    attempts INT not null,
    run_at TIMESTAMPTZ not null,
    lease_id UUID,
    lease_until TIMESTAMPTZ,
    last_error TEXT,
    created_at TIMESTAMPTZ not null
);
create unique index jobs_waiting_once on jobs (kind, unique_key) where status = 'waiting';
create index jobs_to_run on jobs (run_at) where status = 'waiting';
create index jobs_leased on jobs (lease_until) where status = 'running';

create table idempotency_keys (
    principal TEXT not null,
    idempotency_key TEXT not null,
    request_sha256 TEXT not null,
    status INT not null,
    location TEXT,
    body TEXT not null,
    created_at TIMESTAMPTZ not null,
    primary key (principal, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

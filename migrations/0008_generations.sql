-- Pictures made with an avatar.
create table generations (
    id UUID primary key not null,
    user_id UUID not null,
    avatar_id UUID not null references avatars (id) on delete cascade,
    -- Whose weights it is made with: a training of the same avatar, which goes with it.
    training_id UUID not null,
    -- The pack it is one of, and the one it repeats.
    pack_id UUID,
    repeat_of UUID,
    status TEXT not null check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled', 'moderated')),
    status_reason TEXT,
    prompt TEXT not null,
    -- What fal is told; null until somebody has worked on the prompt.
    final_prompt TEXT,
    negative_prompt TEXT,
    style_id TEXT,
    aspect_ratio TEXT not null check (aspect_ratio in ('1:1', '3:4', '4:3', '9:16', '16:9')),
    width INT not null,
    height INT not null,
    num_images INT not null check (num_images between 1 and 4),
    seed BIGINT not null check (seed >= 0),
    endpoint TEXT not null,
    -- What of the wish could not be followed.
    warnings JSONB not null,
    is_favourite BOOLEAN not null,
    cost_microusd BIGINT not null,
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
    fal_response_data JSONB,
    -- The pictures in the order in which fal gave them; null where fal's safety checker has kept one back.
    images JSONB not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ
);
-- Each way through the gallery is one walk along one of these.
create index generations_of_user on generations (user_id, created_at, id);
create index generations_of_avatar on generations (avatar_id, created_at, id);
create index generations_by_style on generations (user_id, style_id, created_at, id) where style_id is not null;
create index generations_by_aspect_ratio on generations (user_id, aspect_ratio, created_at, id);
create index generations_favourite on generations (user_id, created_at, id) where is_favourite;
create index generations_of_pack on generations (pack_id, created_at, id) where pack_id is not null;
create unique index generations_by_attempt_token on generations (attempt_token);
create index generations_to_check on generations (next_check_at) where next_check_at is not null;

-- Each submission of a generation that fal may have taken, as with trainings.
create table generation_attempts (
    attempt_token TEXT primary key not null,
    generation_id UUID not null references generations (id) on delete cascade,
    submitted_at TIMESTAMPTZ not null
);
create index generation_attempts_of on generation_attempts (generation_id);

-- How many pictures were asked for with an avatar and are still there, counted where they come and go.
alter table avatars add column generations_count BIGINT not null default 0;

-- A delivery is of a training or of a generation.
create table deliveries_of_fal (
    id UUID primary key not null,
    training_id UUID references trainings (id) on delete cascade,
    generation_id UUID references generations (id) on delete cascade,
    request_id TEXT not null,
    body_sha256 TEXT not null,
    body JSONB,
    received_at TIMESTAMPTZ not null,
    check ((training_id is null) <> (generation_id is null))
);
insert into deliveries_of_fal (id, training_id, request_id, body_sha256, body, received_at)
    select id, training_id, request_id, body_sha256, body, received_at from fal_deliveries;
drop table fal_deliveries;
alter table deliveries_of_fal rename to fal_deliveries;
create unique index fal_deliveries_once on fal_deliveries (training_id, request_id, body_sha256);
create unique index fal_deliveries_once_of_generation on fal_deliveries (generation_id, request_id, body_sha256);

-- What costs money is a training or a generation.
alter table spending rename column training_id to run_id;
alter table spending add column kind TEXT not null default 'training' check (kind in ('training', 'generation'));

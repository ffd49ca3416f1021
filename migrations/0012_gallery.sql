-- Links that show a generation's pictures to whoever has them. They go with it, and only the hash of their word is kept.
create table shares (
    id UUID primary key not null,
    user_id UUID not null,
    avatar_id UUID not null,
    generation_id UUID not null references generations (id) on delete cascade,
    token_sha256 TEXT not null,
    -- The numbers of the pictures.
    images JSONB not null,
    with_prompt BOOLEAN not null,
    created_at TIMESTAMPTZ not null,
    expires_at TIMESTAMPTZ not null
);
create unique index shares_by_token on shares (token_sha256);
create index shares_of_generation on shares (generation_id);
create index shares_of_user on shares (user_id, created_at, id);
create index shares_by_end on shares (expires_at);

-- How many pictures came of a generation: as many as have a file.
alter table generations add column pictures INT not null default 0;
update generations set pictures = (length(cast(images as TEXT))
    - length(replace(cast(images as TEXT), '"original_key"', ''))) / 14;

-- Which submission of its run it is, from 1. Each beyond the first may be paid beside it.
alter table training_attempts add column number INT not null default 1;
update training_attempts set number = (select count(*) from training_attempts a
    where a.training_id = training_attempts.training_id and (a.submitted_at, a.attempt_token)
        <= (training_attempts.submitted_at, training_attempts.attempt_token));
alter table generation_attempts add column number INT not null default 1;
update generation_attempts set number = (select count(*) from generation_attempts a
    where a.generation_id = generation_attempts.generation_id and (a.submitted_at, a.attempt_token)
        <= (generation_attempts.submitted_at, generation_attempts.attempt_token));
create index training_attempts_again on training_attempts (training_id) where number > 1;
create index generation_attempts_again on generation_attempts (generation_id) where number > 1;

-- Statistics are counted along these alone, without a look at the rows, so they hold all that is asked about. The
-- conditions are true of every generation: they keep the indexes out of sight of the gallery, whose pages must never be
-- sorted after a walk along one of them.
create index generations_to_count on generations
    (user_id, avatar_id, status, is_favourite, pictures, cost_microusd, num_images) where num_images > 0;
create index generations_by_time on generations (created_at, num_images) where num_images > 0;
create index generations_by_end on generations (completed_at, pictures) where pictures > 0;
create index generations_unmade on generations (user_id, avatar_id) where status in ('failed', 'cancelled');
create index generations_unmade_by_time on generations (created_at) where status in ('failed', 'cancelled');
create index trainings_of_user on trainings (user_id);
create index trainings_by_time on trainings (created_at, id);
create index trainings_by_end on trainings (completed_at, status);
create index users_by_time on users (created_at);
create index avatars_by_time on avatars (created_at);
create index photos_by_time on photos (created_at);
create index objects_of_user on objects (user_id, avatar_id, state, size_bytes);

-- These hold what is summed up, too.
drop index objects_to_clear;
create index objects_to_clear on objects (state, updated_at, size_bytes);
drop index spending_of_user;
create index spending_of_user on spending (user_id, started_at, cost_microusd);
drop index spending_by_day;
create index spending_by_day on spending (started_at, cost_microusd);

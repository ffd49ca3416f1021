-- What happened to a training, step by step, and who told us of it.
create table training_steps (
    id UUID primary key not null,
    training_id UUID not null references trainings (id) on delete cascade,
    occurred_at TIMESTAMPTZ not null,
    status TEXT not null check (status in ('preparing', 'submitting', 'queued', 'running', 'completed', 'failed',
        'cancelling', 'cancelled', 'stalled')),
    told_by TEXT not null check (told_by in ('user', 'worker', 'submission', 'webhook', 'sweep')),
    reason TEXT
);
create index training_steps_in_order on training_steps (training_id, id);

-- Each submission of a training that fal may have taken: a lost answer is made good once, and whichever of the two fal
-- names first is the one that counts.
create table training_attempts (
    attempt_token TEXT primary key not null,
    training_id UUID not null references trainings (id) on delete cascade,
    submitted_at TIMESTAMPTZ not null
);
create index training_attempts_of on training_attempts (training_id);
insert into training_attempts (attempt_token, training_id, submitted_at)
    select attempt_token, id, submitted_at from trainings where submitted_at is not null;

-- When its progress was last told as an event.
alter table trainings add column progress_told_at TIMESTAMPTZ;

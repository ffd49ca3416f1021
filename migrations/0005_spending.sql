-- What each training costs, by whose wish and through which key. Rows outlive trainings, avatars and people, so that
-- nobody gets a new day by deleting what the last one was spent on. The key of trainings from before this step is not
-- known.
create table spending (
    training_id UUID primary key not null,
    user_id UUID not null,
    key_id UUID,
    cost_microusd BIGINT not null,
    started_at TIMESTAMPTZ not null
);
create index spending_of_user on spending (user_id, started_at);
create index spending_of_key on spending (key_id, started_at);
create index spending_by_day on spending (started_at);
insert into spending (training_id, user_id, cost_microusd, started_at)
    select id, user_id, cost_microusd, created_at from trainings;

-- The row is there while the operator has stopped all spending.
create table spending_stop (
    id INT primary key not null check (id = 1),
    reason TEXT,
    stopped_at TIMESTAMPTZ not null
);

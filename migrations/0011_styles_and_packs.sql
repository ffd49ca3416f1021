-- What the words of a person become in a style, the avatar's trigger phrase in them; null without a style.
alter table generations add column styled_prompt TEXT;

-- Styles are data of the service, so only who likes which of them is kept here. A style that is gone and comes back is
-- liked again.
create table style_favourites (
    user_id UUID not null references users (id) on delete cascade,
    style_id TEXT not null,
    created_at TIMESTAMPTZ not null,
    primary key (user_id, style_id)
);

-- One run of a pack: a set of generations that were asked for together. How far it is follows from its generations; only
-- that it has ended is written, because that is told once.
create table pack_runs (
    id UUID primary key not null,
    user_id UUID not null,
    avatar_id UUID not null references avatars (id) on delete cascade,
    -- Whose weights its pictures are made with.
    training_id UUID not null,
    -- The pack of the catalogue; null for styles that a person has chosen one by one.
    pack_id TEXT,
    -- Made by the service itself when the training completed.
    is_preview BOOLEAN not null,
    cost_microusd BIGINT not null,
    cancel_requested_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    completed_at TIMESTAMPTZ
);
create index pack_runs_of_user on pack_runs (user_id, created_at, id);
create index pack_runs_of_avatar on pack_runs (avatar_id, created_at, id);
-- A training is looked at once.
create unique index pack_runs_one_preview on pack_runs (training_id) where is_preview;

-- Receipts of deletions, which outlive what they tell of.
create table deletions (
    id UUID primary key not null,
    user_id UUID not null,
    subject_type TEXT not null check (subject_type in ('avatar', 'user')),
    subject_id UUID not null,
    requested_at TIMESTAMPTZ not null
);
create index deletions_of_subject on deletions (subject_id);

-- Each thing that was to go: an object of our store, which is gone when the store has said so, or something at fal.
create table deleted_things (
    deletion_id UUID not null references deletions (id) on delete cascade,
    place TEXT not null check (place in ('store', 'fal')),
    kind TEXT not null check (kind in ('object', 'training_set', 'result_file', 'request')),
    name TEXT not null,
    gone_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ,
    primary key (deletion_id, place, name)
);

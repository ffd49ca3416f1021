-- By when fal must be done with a training, set at its submission. Trainings submitted before this step have none written
-- down, and what they would have got counts.
alter table trainings add column deadline_at TIMESTAMPTZ;
-- Every training that has not ended is looked after from its beginning.
update trainings set next_check_at = created_at where status = 'preparing' and next_check_at is null;

-- Where the object store and the ledger were found to differ, and since when.
create table object_differences (
    object_key TEXT primary key not null,
    kind TEXT not null check (kind in ('stray', 'missing')),
    found_at TIMESTAMPTZ not null,
    last_seen_at TIMESTAMPTZ not null
);
create index object_differences_by_age on object_differences (kind, found_at);

-- Who deletes themselves has no key afterwards: a link opens their receipt, of whose word only a hash is kept.
alter table deletions add column link_sha256 TEXT;
create index deletions_by_age on deletions (requested_at);

-- What a person has chosen.
alter table users add column locale TEXT check (locale in ('ru', 'en'));
alter table users add column timezone TEXT;
alter table users add column settings JSONB not null default '{}';
alter table users add column version BIGINT not null default 1;

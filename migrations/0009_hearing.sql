-- Up to which number events are not kept any more: whoever asks for older ones is told so.
alter table event_sequence add column removed_seq BIGINT not null default 0;

-- How far a named reader has acknowledged. An empty issuer means the account's own events, else those of all its users.
create table consumers (
    user_id UUID not null references users (id) on delete cascade,
    issuer TEXT not null,
    name TEXT not null,
    acknowledged_seq BIGINT not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    primary key (user_id, issuer, name)
);

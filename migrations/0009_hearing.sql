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

-- Who is told of events as they happen. An empty issuer and an empty list of types mean the same as above: the account's
-- own events, and all of them. The secrets are kept as they are, because every delivery is signed with them.
create table webhook_endpoints (
    id UUID primary key not null,
    user_id UUID not null references users (id) on delete cascade,
    issuer TEXT not null,
    url TEXT not null,
    description TEXT not null,
    -- Words of the contract, separated by one space.
    event_types TEXT not null,
    enabled BOOLEAN not null,
    disabled_reason TEXT check (disabled_reason in ('owner', 'gone', 'failing')),
    secret TEXT not null,
    private_key TEXT not null,
    -- What is signed with, too, until then.
    old_secret TEXT,
    old_private_key TEXT,
    old_until TIMESTAMPTZ,
    -- It is told of what comes after this number.
    from_seq BIGINT not null,
    failing_since TIMESTAMPTZ,
    version BIGINT not null,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null
);
create index webhook_endpoints_of_user on webhook_endpoints (user_id, issuer, created_at, id);
create index webhook_endpoints_of_issuer on webhook_endpoints (issuer) where issuer <> '';

-- An event on its way to an endpoint. It goes with its event, and so do the notes on its attempts.
create table webhook_deliveries (
    endpoint_id UUID not null references webhook_endpoints (id) on delete cascade,
    event_id UUID not null references events (id) on delete cascade,
    status TEXT not null check (status in ('pending', 'delivered', 'failed')),
    -- On the present schedule; a replay begins a new one.
    tries INT not null,
    attempts JSONB not null,
    -- Null when nobody is to try: it has ended, or waits for its endpoint to be enabled.
    next_attempt_at TIMESTAMPTZ,
    lease_id UUID,
    created_at TIMESTAMPTZ not null,
    updated_at TIMESTAMPTZ not null,
    primary key (endpoint_id, event_id)
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at, endpoint_id) where next_attempt_at is not null;
create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, next_attempt_at)
    where next_attempt_at is not null;
create index webhook_deliveries_log on webhook_deliveries (endpoint_id, created_at, event_id);
create index webhook_deliveries_of_event on webhook_deliveries (event_id);

-- Up to which number events have their deliveries.
create table webhook_dispatch (
    id INT primary key not null check (id = 1),
    seq BIGINT not null
);
insert into webhook_dispatch (id, seq) select 1, last_seq from event_sequence where id = 1;

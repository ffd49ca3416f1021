-- What was heard and is not yet done. Telegram forgets an update as soon as the next one is asked for; this does not.
create table inbox (
    update_id integer primary key,
    chat integer not null,
    -- The update as it came; emptied when it is done, for it may hold what is nobody's business.
    body text not null,
    heard_at text not null,
    done_at text
) strict;

create index inbox_waiting on inbox (chat, update_id) where done_at is null;
create index inbox_done on inbox (done_at) where done_at is not null;

-- Where each chat is.
create table chats (
    chat integer primary key,
    place text not null,
    revision integer not null,
    locale text not null,
    first_name text not null,
    -- Whether the service knows the person.
    registered integer not null,
    -- The live card: its message, what it was drawn from, and the picture on it.
    card integer,
    card_picture text,
    -- Whether something was written below the card, so that the next one goes below that.
    below integer not null,
    -- Counts reasons to draw the card again; 0 when it shows how things stand.
    stale integer not null,
    -- What to say above the card, the next time it is drawn.
    words text,
    -- Whether the person has been told that the service is away.
    away integer not null,
    reachable integer not null,
    drawn_at text
) strict;

create index chats_stale on chats (chat) where stale > 0;

-- What is to be told or sent beside the cards.
create table outbox (
    key text primary key,
    chat integer not null,
    body text not null,
    state text not null check (state in ('waiting', 'sending', 'sent', 'unknown', 'dropped')),
    attempts integer not null,
    not_before text not null,
    created_at text not null
) strict;

create index outbox_waiting on outbox (not_before) where state = 'waiting';
create index outbox_ended on outbox (created_at) where state in ('sent', 'unknown', 'dropped');

-- How far the events of the service have been read.
create table reader (
    id integer primary key check (id = 1),
    after integer not null
) strict;

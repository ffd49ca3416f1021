-- What is told above the card because it may not have arrived as a message.
alter table chats add column told text;

-- Who is written to next is asked of each chat that something waits for.
create index outbox_chat on outbox (chat, state);

-- What a language model has said of the parts of a long text, until the whole is written: each part is paid for once,
-- whatever happens meanwhile. `number` counts all notes of a digest, through all rounds of condensing.
create table digest_notes (
    digest_id UUID not null references transcription_digests (id) on delete cascade,
    number BIGINT not null,
    content TEXT not null,
    primary key (digest_id, number)
);

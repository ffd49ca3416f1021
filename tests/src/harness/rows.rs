//! Rows by the million, written by the database itself, for what no test could make over HTTP.

use aisha_api::storage::Db;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// The part of a database's own words that the two do not share.
struct Words {
    /// An id like this one.
    id: fn(Uuid) -> String,
    /// A new id.
    new_id: &'static str,
    /// The time of the row with the number `i`: the beginning of 2026 and so many seconds.
    time: &'static str,
    /// Numbers from 1 up to this, as `n (i)`.
    numbers: fn(i64) -> String,
}

const POSTGRES: Words = Words {
    id: |id| format!("cast('{id}' as uuid)"),
    new_id: "gen_random_uuid()",
    time: "timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second'",
    numbers: |count| format!("generate_series(1, {count}) as n (i)"),
};

const SQLITE: Words = Words {
    id: |id| format!("x'{}'", id.simple()),
    new_id: "randomblob(16)",
    time: "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + i, 'unixepoch')",
    numbers: |count| {
        format!(
            "(with recursive n (i) as (select 1 union all select i + 1 from n where i < {count}) select i from n) as n"
        )
    },
};

/// Adds people without a name that says anything, and gives them an avatar each.
///
/// # Panics
///
/// When the database refuses it, like everything here.
pub async fn people(db: &Db, count: i64) {
    let Words { new_id, time, numbers, .. } = words(db);
    let numbers = numbers(count);
    execute(
        db,
        &format!("insert into users (id, name, created_at) select {new_id}, 'person ' || i, {time} from {numbers}"),
    )
    .await;
    let avatars = "insert into avatars (id, user_id, status, is_main, trigger_phrase, metadata, version, created_at, \
                   updated_at) select id, id, 'completed', false, 'x', '{}', 1, created_at, created_at from users \
                   where name like 'person %'";
    execute(db, avatars).await;
}

/// Adds so many generations to an avatar, one a second, each with a picture but for every fiftieth, which has failed; with
/// their submissions, expenses and objects.
pub async fn generations(db: &Db, owner: Uuid, avatar: Uuid, count: i64) {
    let words = words(db);
    let (owner, name, avatar) = ((words.id)(owner), avatar, (words.id)(avatar));
    let from = (words.numbers)(count);
    add_generations(db, &owner, &avatar, &format!("'{name} ' || i"), &from).await;
    let after = format!("from generations where avatar_id = {avatar}");
    for sql in [
        "insert into generation_attempts (attempt_token, generation_id, submitted_at) \
         select attempt_token, id, created_at",
        "insert into spending (run_id, kind, user_id, key_id, cost_microusd, started_at) \
         select id, 'generation', user_id, user_id, cost_microusd, created_at",
        "insert into objects (object_key, user_id, avatar_id, size_bytes, state, updated_at) \
         select 'user_1/avatar_1/generated/gen_' || attempt_token || '_1.jpg', user_id, avatar_id, 180000, 'live', \
         created_at",
        "insert into objects (object_key, user_id, avatar_id, size_bytes, state, updated_at) \
         select 'user_1/avatar_1/generated/thumb_' || attempt_token || '_1.jpg', user_id, avatar_id, 20000, 'live', \
         created_at",
    ] {
        execute(db, &format!("{sql} {after}")).await;
    }
}

/// Adds so many generations to each of the people, and nothing beside them.
pub async fn generations_of_people(db: &Db, each: i64) {
    let from = (words(db).numbers)(each);
    let from = format!("{from} cross join (select id as person from users where name like 'person %') as p");
    let token = match db {
        Db::Postgres(_) => "cast(person as text) || '-' || i",
        Db::Sqlite(..) => "hex(person) || '-' || i",
    };
    add_generations(db, "person", "person", token, &from).await;
}

async fn add_generations(db: &Db, owner: &str, avatar: &str, token: &str, from: &str) {
    let Words { new_id, time, .. } = words(db);
    let image = r#"[{"original_key": "user_1/avatar_1/generated/gen_1.jpg", "thumbnail_key": "user_1/avatar_1/generated/thumbnails/thumb_1.jpg", "format": "jpeg", "width": 1024, "height": 1024, "size_bytes": 180000}]"#;
    let cast = if matches!(db, Db::Postgres(_)) { "jsonb" } else { "text" };
    let sql = format!(
        "insert into generations (id, user_id, avatar_id, training_id, status, prompt, final_prompt, aspect_ratio, width, \
         height, num_images, seed, endpoint, warnings, is_favourite, cost_microusd, attempt_token, images, pictures, \
         created_at, updated_at, completed_at) \
         select {new_id}, {owner}, {avatar}, {avatar}, case when i % 50 = 0 then 'failed' else 'completed' end, \
         'portrait in a sunlit garden, 85mm photo', 'annx7, portrait in a sunlit garden, 85mm photo', '1:1', 1024, 1024, \
         1, i, 'fal-ai/flux-lora', cast('[]' as {cast}), i % 20 = 0, 35000, {token}, \
         cast(case when i % 50 = 0 then '[]' else '{image}' end as {cast}), case when i % 50 = 0 then 0 else 1 end, \
         {time}, {time}, {time} from {from}"
    );
    execute(db, &sql).await;
}

/// Does for the database what its own care does for it by and by.
pub async fn settle(db: &Db) {
    if matches!(db, Db::Postgres(_)) {
        execute(db, "vacuum analyze").await;
    }
}

const fn words(db: &Db) -> &'static Words {
    match db {
        Db::Postgres(_) => &POSTGRES,
        Db::Sqlite(..) => &SQLITE,
    }
}

async fn execute(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = match db {
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        Db::Sqlite(pool, _) => sqlx::query(sql).execute(pool).await.map(drop),
    };
    done.expect("rows");
}

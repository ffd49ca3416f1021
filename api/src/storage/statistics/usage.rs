//! What went on in the whole service, day by day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sqlx::{FromRow, QueryBuilder};

use crate::domain::statistics::UsageDay;
use crate::storage::db::on_db;
use crate::storage::{Db, StorageError};

#[derive(FromRow)]
struct Row {
    people: i64,
    avatars: i64,
    photos: i64,
    trainings_started: i64,
    trainings_completed: i64,
    trainings_failed: i64,
    generations: i64,
    pictures: i64,
    transcriptions: i64,
    transcriptions_completed: i64,
    cost_microusd: i64,
    bytes: i64,
}

impl From<Row> for UsageDay {
    fn from(row: Row) -> Self {
        Self {
            people: row.people,
            avatars: row.avatars,
            photos: row.photos,
            trainings_started: row.trainings_started,
            trainings_completed: row.trainings_completed,
            trainings_failed: row.trainings_failed,
            generations: row.generations,
            pictures: row.pictures,
            transcriptions: row.transcriptions,
            transcriptions_completed: row.transcriptions_completed,
            cost_microusd: row.cost_microusd,
            bytes: row.bytes,
        }
    }
}

/// So many days of UTC from the first on, in order. An object came on the day on which its row began to need it.
pub async fn usage(db: &Db, first: NaiveDate, days: u16) -> Result<Vec<UsageDay>, StorageError> {
    let begin = first.and_time(chrono::NaiveTime::MIN).and_utc();
    let day = |number: u16| begin + Days::new(number.into());
    // The two databases cut times into days in different words, so each day comes with its bounds, and each count is a
    // walk along the part of an index that lies between them.
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new("with days (begins, ends) as (values ");
        let mut list = query.separated(", ");
        for number in 0..days {
            list.push("(").push_bind_unseparated(day(number));
            list.push_unseparated(", ").push_bind_unseparated(day(number + 1)).push_unseparated(")");
        }
        query.push(COUNTS);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    let mut usage: Vec<UsageDay> = rows.into_iter().map(UsageDay::from).collect();
    for (started_at, cost_microusd) in corrections(db, begin, day(days)).await? {
        let number = usize::try_from((started_at - begin).num_days()).unwrap_or(usize::MAX);
        if let Some(day) = usage.get_mut(number) {
            day.cost_microusd += cost_microusd;
        }
    }
    Ok(usage)
}

macro_rules! count {
    ($what:literal of $table:literal by $time:literal as $name:literal) => {
        concat!("(select ", $what, " from ", $table, " ", $time, " >= d.begins and ", $time, " < d.ends) as ", $name)
    };
}

const COUNTS: &str = concat!(
    ") select ",
    count!("count(*)" of "users where" by "created_at" as "people, "),
    count!("count(*)" of "avatars where" by "created_at" as "avatars, "),
    count!("count(*)" of "photos where" by "created_at" as "photos, "),
    count!("count(*)" of "trainings where" by "created_at" as "trainings_started, "),
    count!("count(*)" of "trainings where status = 'completed' and" by "completed_at" as "trainings_completed, "),
    count!("count(*)" of "trainings where status = 'failed' and" by "completed_at" as "trainings_failed, "),
    count!("count(*)" of "generations where num_images > 0 and" by "created_at" as "generations, "),
    count!("cast(coalesce(sum(pictures), 0) as bigint)" of "generations where pictures > 0 and" by "completed_at"
        as "pictures, "),
    count!("count(*)" of "transcriptions where" by "created_at" as "transcriptions, "),
    count!("count(*)" of "transcriptions where status = 'completed' and" by "completed_at"
        as "transcriptions_completed, "),
    count!("cast(coalesce(sum(cost_microusd), 0) as bigint)" of "spending where" by "started_at"
        as "cost_microusd, "),
    count!("cast(coalesce(sum(size_bytes), 0) as bigint)" of "objects where state = 'live' and" by "updated_at"
        as "bytes "),
    "from days d order by d.begins"
);

/// What differs from the plain sum of all expenses: submissions beyond the first are paid beside it, and what has ended
/// without ever being at fal is free. Both are rare.
async fn corrections(
    db: &Db,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, i64)>, StorageError> {
    // What is rare comes first: `cross` keeps SQLite to that.
    let sql = "select s.started_at, s.cost_microusd from generation_attempts a cross join spending s \
                   where a.number > 1 and s.run_id = a.generation_id and s.started_at >= $1 and s.started_at < $2 \
               union all select s.started_at, s.cost_microusd from training_attempts a cross join spending s \
                   where a.number > 1 and s.run_id = a.training_id and s.started_at >= $1 and s.started_at < $2 \
               union all select s.started_at, s.cost_microusd from transcription_attempts a cross join spending s \
                   where a.number > 1 and s.run_id = a.transcription_id and s.started_at >= $1 and s.started_at < $2 \
               union all select s.started_at, -s.cost_microusd from transcriptions v cross join spending s \
                   where v.status in ('failed', 'cancelled') and v.created_at >= $3 and v.created_at < $4 \
                   and s.run_id = v.id and s.started_at >= $1 and s.started_at < $2 \
                   and not exists (select 1 from transcription_attempts a where a.transcription_id = v.id) \
               union all select s.started_at, -s.cost_microusd from generations g cross join spending s \
                   where g.status in ('failed', 'cancelled') and g.created_at >= $3 and g.created_at < $4 \
                   and s.run_id = g.id and s.started_at >= $1 and s.started_at < $2 \
                   and not exists (select 1 from generation_attempts a where a.generation_id = g.id) \
               union all select s.started_at, -s.cost_microusd from trainings t cross join spending s \
                   where t.status in ('failed', 'cancelled') and t.created_at >= $3 and t.created_at < $4 \
                   and s.run_id = t.id and s.started_at >= $1 and s.started_at < $2 \
                   and not exists (select 1 from training_attempts a where a.training_id = t.id)";
    // A run and its expense are written together, but each may bear a time of its own.
    let slack = TimeDelta::hours(1);
    Ok(on_db!(db, |conn| {
        sqlx::query_as(sql).bind(begin).bind(end).bind(begin - slack).bind(end + slack).fetch_all(conn).await?
    }))
}

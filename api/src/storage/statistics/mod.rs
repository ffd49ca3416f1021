//! Statistics of a person and of an avatar, here, and of the whole service by day, in `usage`. They are counted from the
//! rows when they are asked for: along indexes that hold all that is counted, so a million generations take a moment.

mod usage;

use aisha_openapi::vocabulary::{GenerationStatus, TrainingStatus, TranscriptionStatus, ValidationStatus};
use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

pub use self::usage::usage;
use super::db::{Word, on_db};
use super::{Db, StorageError};
use crate::domain::ids::{AvatarId, UserId};
use crate::domain::statistics::Statistics;

/// Whose things are counted.
#[derive(Debug, Clone, Copy)]
struct Subject {
    owner: UserId,
    /// Only of this avatar.
    avatar: Option<AvatarId>,
}

impl Subject {
    /// Adds `select … where … user_id = ` to a query, for this subject.
    fn add_to<DB: Database>(self, query: &mut QueryBuilder<DB>, select: &'static str)
    where
        Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    {
        query.push(select).push_bind(self.owner.0);
        if let Some(avatar) = self.avatar {
            query.push(" and avatar_id = ").push_bind(avatar.0);
        }
    }

    /// A query of its own, with what comes behind.
    fn query<DB: Database>(self, select: &'static str, rest: &'static str) -> QueryBuilder<DB>
    where
        Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    {
        let mut query = QueryBuilder::default();
        self.add_to(&mut query, select);
        query.push(rest);
        query
    }
}

#[derive(FromRow)]
struct TrainingRow {
    status: Word<TrainingStatus>,
    created_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    cost_microusd: i64,
    attempts: i64,
}

impl TrainingRow {
    /// How often it is paid: what has ended without ever being at fal is free.
    fn times_paid(&self) -> i64 {
        let gave_up = matches!(self.status.0, TrainingStatus::Failed | TrainingStatus::Cancelled);
        if gave_up { self.attempts } else { self.attempts.max(1) }
    }
}

#[derive(FromRow)]
struct GenerationsRow {
    status: Word<GenerationStatus>,
    generations: i64,
    pictures: i64,
    favourites: i64,
    cost_microusd: i64,
}

/// What the owner has, or one of their avatars.
pub async fn of_owner(db: &Db, owner: UserId, avatar: Option<AvatarId>) -> Result<Statistics, StorageError> {
    let subject = Subject { owner, avatar };
    let mut statistics = Statistics {
        photos: photos(db, subject).await?.into_iter().map(|(status, count)| (status.0, count)).collect(),
        stored_bytes: sum(db, subject, "select size_bytes as x from objects where state = 'live' and user_id = ")
            .await?,
        ..Statistics::default()
    };
    let (mut run_costs, mut corrections) = (0, 0);
    for training in trainings(db, subject).await? {
        *statistics.trainings.entry(training.status.0).or_default() += 1;
        if let (TrainingStatus::Completed, Some(end)) = (training.status.0, training.completed_at) {
            statistics.durations.add(end - training.created_at);
        }
        run_costs += training.cost_microusd;
        corrections += training.cost_microusd * (training.times_paid() - 1);
    }
    for group in generations(db, subject).await? {
        *statistics.generations.entry(group.status.0).or_default() += group.generations;
        statistics.pictures += group.pictures;
        statistics.favourites += group.favourites;
        run_costs += group.cost_microusd;
    }
    // Nothing tells of an avatar in a recording.
    if avatar.is_none() {
        statistics.transcriptions =
            transcriptions(db, subject).await?.into_iter().map(|(status, count)| (status.0, count)).collect();
        corrections += sum(db, subject, HEARD_AGAIN).await? - sum(db, subject, NEVER_HEARD).await?;
    }
    corrections += sum(db, subject, PAID_AGAIN).await? - sum(db, subject, NEVER_PAID).await?;
    // What a person has spent stays spent when it is deleted; nothing tells of which avatar that was.
    let costs = match avatar {
        Some(_) => run_costs,
        None => sum(db, subject, "select cost_microusd as x from spending where user_id = ").await?,
    };
    statistics.spent_microusd = costs + corrections;
    statistics.avatars = match avatar {
        Some(_) => 1,
        None => sum(db, subject, "select 1 as x from avatars where user_id = ").await?,
    };
    Ok(statistics)
}

/// Submissions beyond the first of a generation. They are rare, so they come first: `cross` keeps SQLite to that.
const PAID_AGAIN: &str = "select g.cost_microusd as x from generation_attempts a cross join generations g \
                          where a.number > 1 and g.id = a.generation_id and g.user_id = ";
/// Generations that have ended without ever being at fal.
const NEVER_PAID: &str = "select cost_microusd as x from generations g where status in ('failed', 'cancelled') \
                          and not exists (select 1 from generation_attempts a where a.generation_id = g.id) \
                          and user_id = ";

/// The same of transcriptions.
const HEARD_AGAIN: &str = "select t.cost_microusd as x from transcription_attempts a cross join transcriptions t \
                           where a.number > 1 and t.id = a.transcription_id and t.user_id = ";
const NEVER_HEARD: &str = "select cost_microusd as x from transcriptions t where status in ('failed', 'cancelled') \
                           and not exists (select 1 from transcription_attempts a where a.transcription_id = t.id) \
                           and user_id = ";

async fn photos(db: &Db, subject: Subject) -> Result<Vec<(Word<ValidationStatus>, i64)>, StorageError> {
    let select = "select validation_status, count(*) from photos where user_id = ";
    Ok(on_db!(db, |conn| {
        subject.query(select, " group by validation_status").build_query_as().fetch_all(conn).await?
    }))
}

async fn transcriptions(db: &Db, subject: Subject) -> Result<Vec<(Word<TranscriptionStatus>, i64)>, StorageError> {
    let select = "select status, count(*) from transcriptions where user_id = ";
    Ok(on_db!(db, |conn| subject.query(select, " group by status").build_query_as().fetch_all(conn).await?))
}

async fn trainings(db: &Db, subject: Subject) -> Result<Vec<TrainingRow>, StorageError> {
    let select = "select status, created_at, completed_at, cost_microusd, \
                  (select count(*) from training_attempts a where a.training_id = t.id) as attempts \
                  from trainings t where user_id = ";
    Ok(on_db!(db, |conn| subject.query(select, "").build_query_as().fetch_all(conn).await?))
}

/// Grouped in the order of the index, so that nothing is sorted.
async fn generations(db: &Db, subject: Subject) -> Result<Vec<GenerationsRow>, StorageError> {
    let select = "select status, count(*) as generations, cast(sum(pictures) as bigint) as pictures, \
                  count(case when is_favourite then 1 end) as favourites, \
                  cast(sum(cost_microusd) as bigint) as cost_microusd \
                  from generations where num_images > 0 and user_id = ";
    Ok(on_db!(db, |conn| subject.query(select, " group by avatar_id, status").build_query_as().fetch_all(conn).await?))
}

/// The sum of what a query calls `x`.
async fn sum(db: &Db, subject: Subject, select: &'static str) -> Result<i64, StorageError> {
    Ok(on_db!(db, |conn| {
        let mut query = QueryBuilder::new("select cast(coalesce(sum(x), 0) as bigint) from (");
        subject.add_to(&mut query, select);
        query.push(") as counted").build_query_scalar().fetch_one(conn).await?
    }))
}

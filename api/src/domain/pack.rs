//! Runs of packs: pictures that were asked for together. How far a run is follows from its generations.

use aisha_openapi::vocabulary::{EventType, PackStatus, ResourceType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::event::NewEvent;
use super::ids::{AvatarId, KeyId, PackRunId, TrainingId, UserId};

/// A run of a pack as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRun {
    /// Our id.
    pub id: PackRunId,
    /// Its owner.
    pub user_id: UserId,
    /// Who is to be seen.
    pub avatar_id: AvatarId,
    /// Whose weights its pictures are made with.
    pub training_id: TrainingId,
    /// The pack of the catalogue; `None` for styles that were chosen one by one.
    pub pack_id: Option<String>,
    /// Whether the service made it by itself when the training completed.
    pub is_preview: bool,
    /// What it costs, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// When its owner gave it up.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When the last of its generations ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// How far it is.
    pub progress: Progress,
}

/// The generations of a run that are still there, counted by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// fal has not got them yet.
    pub pending: i64,
    /// fal has them.
    pub processing: i64,
    /// There are pictures of them.
    pub completed: i64,
    /// They could not be done.
    pub failed: i64,
    /// They were given up.
    pub cancelled: i64,
    /// fal's safety checker kept their pictures back.
    pub moderated: i64,
}

impl Progress {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.pending + self.processing + self.completed + self.failed + self.cancelled + self.moderated
    }
}

impl PackRun {
    /// Where it stands. What was deleted since does not count.
    #[must_use]
    pub const fn status(&self) -> PackStatus {
        let Progress { completed, .. } = self.progress;
        if self.completed_at.is_none() {
            PackStatus::Running
        } else if completed == self.progress.total() {
            PackStatus::Completed
        } else if completed > 0 {
            PackStatus::Partial
        } else if self.cancel_requested_at.is_some() {
            PackStatus::Cancelled
        } else {
            PackStatus::Failed
        }
    }

    /// An event about it, by this key or by the service itself.
    #[must_use]
    pub fn event(&self, kind: EventType, actor: Option<KeyId>) -> NewEvent {
        let Progress { completed, failed, cancelled, moderated, .. } = self.progress;
        let mut details = json!({ "total": self.progress.total(), "is_preview": self.is_preview });
        if kind == EventType::PackCompleted {
            let ends =
                [("completed", completed), ("failed", failed), ("cancelled", cancelled), ("moderated", moderated)];
            for (name, count) in ends {
                details[name] = count.into();
            }
        }
        NewEvent {
            kind,
            user_id: self.user_id,
            actor,
            avatar_id: Some(self.avatar_id),
            resource: (ResourceType::Pack, self.id.0),
            state: Some(self.status().as_str()),
            details: if let Value::Object(details) = details { details } else { Map::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn status(has_ended: bool, given_up: bool, progress: Progress) -> PackStatus {
        let time = |is: bool| is.then_some(DateTime::<Utc>::UNIX_EPOCH);
        let id = Uuid::nil();
        let run = PackRun {
            id: PackRunId(id),
            user_id: UserId(id),
            avatar_id: AvatarId(id),
            training_id: TrainingId(id),
            pack_id: None,
            is_preview: false,
            cost_microusd: 0,
            cancel_requested_at: time(given_up),
            created_at: DateTime::<Utc>::UNIX_EPOCH,
            completed_at: time(has_ended),
            progress,
        };
        run.status()
    }

    #[test]
    fn the_status_follows_from_what_there_is() {
        let all = Progress { completed: 3, ..Progress::default() };
        let some = Progress { completed: 1, moderated: 1, failed: 1, ..Progress::default() };
        let none = Progress { failed: 2, cancelled: 1, ..Progress::default() };
        let open = Progress { completed: 2, pending: 1, ..Progress::default() };
        for (has_ended, given_up, progress, expected) in [
            (false, false, open, PackStatus::Running),
            (false, true, open, PackStatus::Running),
            (true, false, all, PackStatus::Completed),
            (true, true, all, PackStatus::Completed),
            (true, false, some, PackStatus::Partial),
            (true, true, some, PackStatus::Partial),
            (true, false, none, PackStatus::Failed),
            (true, true, none, PackStatus::Cancelled),
            (true, false, Progress::default(), PackStatus::Completed),
        ] {
            assert_eq!(status(has_ended, given_up, progress), expected, "{progress:?}");
        }
    }
}

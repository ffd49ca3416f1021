//! Photos as they stand in answers: what is known of each, what is said of it, and links to its pictures.

use aisha_openapi::photos::{Photo as PhotoBody, PhotoIssue};
use aisha_openapi::vocabulary::{IssueCode, IssueSeverity, TrainingType, Verdict};
use sha2::{Digest as _, Sha256};

use super::words;
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::ids::{AvatarId, PhotoId, UserId};
use crate::domain::photo::Photo;
use crate::domain::photo::judgement::{Issue, verdict};
use crate::domain::photo::likeness::{Cluster, clusters};
use crate::files::FilesError;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::storage::{StorageError, avatars, photos};

/// The photos of an avatar with what it takes to show them: whether two look the same is only seen beside each other.
pub(in crate::http) struct Album {
    /// Every photo, in the avatar's order.
    pub(in crate::http) photos: Vec<Photo>,
    kind: Option<TrainingType>,
    clusters: Vec<Cluster>,
    language: Language,
}

impl Album {
    /// The album of an owner's avatar.
    pub(super) async fn read(
        app: &App,
        owner: UserId,
        avatar_id: AvatarId,
        language: Language,
    ) -> Result<Self, Problem> {
        let avatar = avatars::find(&app.db, owner, avatar_id).await?.ok_or_else(Problem::not_found)?;
        Ok(Self::of(app, &avatar, language).await?)
    }

    /// The album of an avatar.
    pub(in crate::http) async fn of(app: &App, avatar: &Avatar, language: Language) -> Result<Self, StorageError> {
        let photos = photos::list(&app.db, avatar.user_id, avatar.id).await?;
        let clusters = clusters(&photos, app.settings.rules.thresholds.near_duplicate);
        Ok(Self { photos, kind: avatar.details.training_type, clusters, language })
    }

    /// The album that holds this photo of the owner's.
    pub(super) async fn with(app: &App, owner: UserId, id: PhotoId, language: Language) -> Result<Self, Problem> {
        let photo = photos::find(&app.db, owner, id).await?.ok_or_else(Problem::not_found)?;
        Self::read(app, owner, photo.avatar_id, language).await
    }

    /// A photo of the album.
    pub(super) fn find(&self, id: PhotoId) -> Result<&Photo, Problem> {
        self.photos.iter().find(|photo| photo.id == id).ok_or_else(Problem::not_found)
    }

    /// Every photo as it stands in answers.
    pub(super) async fn show_all(&self, app: &App) -> Result<Vec<PhotoBody>, FilesError> {
        let mut shown = Vec::with_capacity(self.photos.len());
        for photo in &self.photos {
            shown.push(self.show(app, photo).await?);
        }
        Ok(shown)
    }

    /// What is said of a photo, in one word.
    pub(super) fn verdict(&self, app: &App, photo: &Photo) -> Verdict {
        verdict(&self.issues(app, photo))
    }

    /// A photo as it stands in answers.
    pub(super) async fn show(&self, app: &App, photo: &Photo) -> Result<PhotoBody, FilesError> {
        Ok(PhotoBody {
            original_url: app.link(&photo.original_key).await?,
            thumbnail_url: app.link(&photo.thumbnail_key).await?,
            training_url: link(app, photo.training_key.as_deref()).await?,
            face_url: link(app, photo.face_key.as_deref()).await?,
            ..self.without_links(app, photo)
        })
    }

    /// The same with empty links.
    pub(in crate::http) fn without_links(&self, app: &App, photo: &Photo) -> PhotoBody {
        let better = self.better_than(photo);
        let issues = self.issues(app, photo);
        let measures = photo.measures.as_ref();
        let faces = measures.and_then(|measures| measures.faces.clone());
        PhotoBody {
            id: photo.id.0,
            avatar_id: photo.avatar_id.0,
            upload_order: photo.upload_order,
            validation_status: photo.validation_status,
            verdict: verdict(&issues),
            issues: issues.iter().map(|issue| told(issue, self.language)).collect(),
            sha256: photo.sha256.clone(),
            size_bytes: photo.size_bytes,
            width: photo.width,
            height: photo.height,
            format: photo.format,
            taken_on: photo.taken_on,
            has_face: faces.as_ref().map(|faces| !faces.is_empty()),
            faces: faces.unwrap_or_default(),
            quality_score: measures.map(|measures| measures.quality.score),
            quality: measures.map(|measures| measures.quality),
            near_duplicate_of: better.map(|(id, _)| id.0),
            excluded: photo.excluded,
            caption: photo.caption.clone(),
            original_url: String::new(),
            thumbnail_url: String::new(),
            training_url: None,
            face_url: None,
            urls_expire_at: app.links_until(),
            version: photo.version,
            created_at: photo.created_at,
        }
    }

    fn issues(&self, app: &App, photo: &Photo) -> Vec<Issue> {
        let mut issues = app.settings.rules.judge(photo, self.kind);
        issues.extend(self.better_than(photo).map(|(_, distance)| near_duplicate(app, distance)));
        issues
    }

    /// The better one of two photos that look the same, and in how many bits they differ.
    fn better_than(&self, photo: &Photo) -> Option<(PhotoId, u32)> {
        self.clusters.iter().find_map(|cluster| {
            let (_, distance) = cluster.others.iter().find(|(id, _)| *id == photo.id)?;
            Some((cluster.keep, *distance))
        })
    }
}

/// An issue in words.
pub(super) fn told(issue: &Issue, language: Language) -> PhotoIssue {
    let (detail, fix) = words::issue(issue.code, language);
    PhotoIssue {
        code: issue.code,
        severity: issue.severity,
        value: issue.value,
        threshold: issue.threshold,
        detail: detail.to_owned(),
        fix: fix.to_owned(),
    }
}

/// That another photo of the avatar looks the same and is better.
pub(super) fn near_duplicate(app: &App, distance: u32) -> Issue {
    Issue {
        code: IssueCode::NearDuplicate,
        severity: IssueSeverity::Warn,
        value: Some(f64::from(distance)),
        threshold: Some(f64::from(app.settings.rules.thresholds.near_duplicate)),
    }
}

/// The tag of a photo's answer. What is said of a photo changes with its neighbours, with the language and with the
/// hour, so the version alone does not tell.
pub(super) fn tag(photo: &PhotoBody) -> String {
    let body = serde_json::to_vec(photo).unwrap_or_default();
    format!("{}.{}", photo.version, hex::encode(&Sha256::digest(&body)[..8]))
}

async fn link(app: &App, key: Option<&str>) -> Result<Option<String>, FilesError> {
    match key {
        Some(key) => app.link(key).await.map(Some),
        None => Ok(None),
    }
}

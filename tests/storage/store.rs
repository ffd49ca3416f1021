//! An empty database of either kind, and the rows that the tests fill it with.

use std::time::Duration;

use aisha_api::domain::avatar::{Avatar, Details};
use aisha_api::domain::generation::{Generation, Wish};
use aisha_api::domain::ids::{AvatarId, GenerationId, PhotoId, TrainingId, UserId};
use aisha_api::domain::photo::{Photo, face_key, original_key, thumbnail_key, training_key};
use aisha_api::domain::training::{Origin, SnapshotPhoto, TrainerSettings, Training};
use aisha_api::domain::user::User;
use aisha_api::storage::db::MIGRATIONS;
use aisha_api::storage::{Db, StorageError, Tx, avatars, generations, photos, trainings, users};
use aisha_imaging::{Measures, PerceptualHash};
use aisha_openapi::photos::{Face, Quality, QualityPart};
use aisha_openapi::vocabulary::{
    AspectRatio, AvatarStatus, AvatarType, FalPriority, FinetuneType, Gender, GenerationStatus, PhotoFormat, Preset,
    ProgressSource, TrainingStatus, TrainingType, ValidationStatus, WarningCode,
};
use aisha_tests::harness::postgres;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sqlx::postgres::PgPoolOptions;
use tempfile::TempDir;
use uuid::Uuid;

/// A name that is cut, folded or compared wrongly by whatever takes bytes for letters.
pub(crate) const NAME: &str = "Аня O'Neil \u{1F469}\u{200D}\u{1F3A8} e\u{301} \"%_\\";
/// Tests that walk thousands of ways through a model, two at a time: more would leave no disk to the others.
pub(crate) static MODELS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);
/// How long what must wait is watched waiting.
const A_WHILE: Duration = Duration::from_millis(50);

/// How long a busy machine is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// A time with microseconds, so that a column that rounds is found out.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_168_800_123_457).expect("a time")
}

/// So many seconds later.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

/// Fails if a future that must wait does not.
pub(crate) async fn assert_waits(future: &mut (impl Future + Unpin)) {
    assert!(tokio::time::timeout(A_WHILE, future).await.is_err(), "it did not wait");
}

/// A database with the whole schema and no rows.
pub(crate) struct Store {
    pub(crate) db: Db,
    _folder: Option<TempDir>,
}

impl Store {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = Db::open_sqlite(&folder.path().join("aisha.sqlite")).await.expect("a file");
        db.migrate().await.expect("the schema");
        Self { db, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let url = postgres::database(&MIGRATIONS).await?;
        // As the service opens it, but for its patience: beside the models a connection may take longer.
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(PATIENCE).connect(&url);
        Some(Self { db: Db::Postgres(pool.await.expect("a server")), _folder: None })
    }

    /// Does something in a transaction and commits it.
    pub(crate) async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut tx = self.db.begin().await?;
        let done = work(&mut tx).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Runs SQL of the test's own, written so that both databases read it, and tells how many rows it touched.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        Ok(match &self.db {
            Db::Postgres(pool) => sqlx::query(sql).execute(pool).await?.rows_affected(),
            Db::Sqlite(pool, _) => sqlx::query(sql).execute(pool).await?.rows_affected(),
        })
    }

    /// A number that SQL of the test's own gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
            Db::Sqlite(pool, _) => sqlx::query_scalar(sql).fetch_one(pool).await,
        }
        .expect("a number")
    }

    /// Writes a word that the CHECK of a column would refuse, as a newer version or a hand at the console might.
    pub(crate) async fn force(&self, table: &str, column: &str, word: &str) {
        let update = format!("update {table} set {column} = '{word}'");
        match &self.db {
            Db::Postgres(_) => {
                let drop = format!("alter table {table} drop constraint {table}_{column}_check");
                self.execute(&drop).await.expect("the constraint has its usual name");
                self.execute(&update).await.expect("a word");
            }
            Db::Sqlite(pool, _) => {
                let mut connection = pool.acquire().await.expect("a connection");
                for sql in ["pragma ignore_check_constraints = on", &update, "pragma ignore_check_constraints = off"] {
                    let sql = sqlx::AssertSqlSafe(sql.to_owned());
                    sqlx::query(sql).execute(&mut *connection).await.expect("a word");
                }
            }
        }
    }

    /// A person of this name.
    pub(crate) async fn user(&self, name: &str) -> UserId {
        let user = user(name);
        assert!(self.write(async |tx| users::add(tx, &user).await).await.expect("a person"));
        user.id
    }

    /// An avatar of this person.
    pub(crate) async fn avatar(&self, owner: UserId) -> Avatar {
        let avatar = avatar(owner);
        self.write(async |tx| avatars::add(tx, &avatar).await).await.expect("an avatar");
        avatar
    }

    /// A photo of this avatar, the last in its order.
    pub(crate) async fn photo(&self, avatar: &Avatar) -> Photo {
        let photo = photo(avatar);
        self.write(async |tx| photos::add(tx, &photo).await).await.expect("a photo").expect("a new one")
    }

    /// A generation of this avatar with the weights of this training, due at once.
    pub(crate) async fn generation(&self, avatar: &Avatar, training: &Training) -> Generation {
        let generation = generation(avatar, training);
        self.write(async |tx| generations::add(tx, &generation, now()).await).await.expect("a generation");
        generation
    }

    /// A training of this avatar in this state.
    pub(crate) async fn training(&self, avatar: &Avatar, status: TrainingStatus) -> Training {
        let mut training = training(avatar);
        training.status = status;
        self.write(async |tx| {
            training.version = trainings::next_version(tx, avatar.id).await?;
            trainings::add(tx, &training).await
        })
        .await
        .expect("a training");
        training
    }
}

/// A generation with every field filled that a new one can have, not yet added.
pub(crate) fn generation(avatar: &Avatar, training: &Training) -> Generation {
    let id = GenerationId(Uuid::now_v7());
    Generation {
        id,
        user_id: avatar.user_id,
        avatar_id: avatar.id,
        training_id: training.id,
        pack_id: Some(Uuid::now_v7()),
        repeat_of: Some(GenerationId(Uuid::now_v7())),
        status: GenerationStatus::Pending,
        status_reason: None,
        wish: Wish {
            prompt: NAME.to_owned(),
            styled_prompt: Some(format!("photo of {NAME}")),
            negative_prompt: Some("туман".to_owned()),
            style_id: Some("noir".to_owned()),
            aspect_ratio: AspectRatio::Tall,
            num_images: 4,
            seed: i64::MAX,
        },
        final_prompt: None,
        size: (576, 1024),
        endpoint: "fal-ai/flux-lora".to_owned(),
        warnings: vec![WarningCode::NegativePromptUnsupported],
        is_favourite: true,
        cost_microusd: 6_000_000_000,
        error_code: None,
        error_message: None,
        attempt_token: format!("token-{id}"),
        submitted_at: None,
        cancel_requested_at: None,
        deadline_at: None,
        last_status_check: None,
        fal_ended_at: None,
        request: None,
        images: Vec::new(),
        created_at: now(),
        updated_at: at(1),
        started_at: None,
        completed_at: None,
    }
}

/// A person, not yet added.
pub(crate) fn user(name: &str) -> User {
    User::new(UserId(Uuid::now_v7()), name.to_owned(), now())
}

/// An avatar with every field filled that a new one can have, not yet added.
pub(crate) fn avatar(owner: UserId) -> Avatar {
    Avatar {
        id: AvatarId(Uuid::now_v7()),
        user_id: owner,
        details: Details {
            name: Some(NAME.to_owned()),
            gender: Some(Gender::Female),
            avatar_type: Some(AvatarType::Character),
            training_type: Some(TrainingType::Portrait),
            trigger_phrase: "аня1".to_owned(),
            metadata: object(
                json!({"цвет": "💚", "deep": {"list": [1, 2.5, null, true, "x"]}, "big": 9_007_199_254_740_993_i64}),
            ),
            cover: None,
        },
        status: AvatarStatus::PhotosUploading,
        status_reason: Some("because".to_owned()),
        is_main: false,
        photos_count: 0,
        usable_photos: 0,
        generations_count: 0,
        active_training_id: None,
        latest_training: None,
        cover: None,
        version: 1,
        created_at: now(),
        updated_at: at(1),
    }
}

/// A photo with bytes of its own, not yet added.
pub(crate) fn photo(avatar: &Avatar) -> Photo {
    let id = PhotoId(Uuid::now_v7());
    Photo {
        id,
        avatar_id: avatar.id,
        user_id: avatar.user_id,
        upload_order: 0,
        validation_status: ValidationStatus::Valid,
        sha256: format!("{:0>64}", id.0.simple()),
        size_bytes: 5_000_000_000,
        width: 640,
        height: 480,
        format: PhotoFormat::Jpeg,
        taken_on: NaiveDate::from_ymd_opt(2024, 2, 29),
        measures: Some(measures()),
        excluded: false,
        caption: Some(NAME.to_owned()),
        original_key: original_key(avatar.user_id, avatar.id, id, PhotoFormat::Jpeg),
        thumbnail_key: thumbnail_key(avatar.user_id, avatar.id, id),
        training_key: Some(training_key(avatar.user_id, avatar.id, id)),
        face_key: Some(face_key(avatar.user_id, avatar.id, id)),
        version: 1,
        created_at: now(),
        updated_at: at(1),
    }
}

/// What could be seen in a photo.
pub(crate) fn measures() -> Measures {
    let part = |value| QualityPart { value, score: 0.75 };
    Measures {
        faces: Some(vec![Face { x: 0.25, y: 0.125, width: 0.5, height: 0.5, score: 17.5 }]),
        quality: Quality {
            score: 0.8125,
            sharpness: part(4.5),
            exposure: part(120.0),
            contrast: part(50.5),
            resolution: part(480.0),
            cleanness: part(2.25),
            clipped: 0.125,
        },
        hash: PerceptualHash([0x5a; 32]),
        mirrored: PerceptualHash(std::array::from_fn(|byte| u8::try_from(byte).unwrap_or_default())),
    }
}

/// A new training, not yet added.
pub(crate) fn training(avatar: &Avatar) -> Training {
    let id = TrainingId(Uuid::now_v7());
    let photo = SnapshotPhoto {
        photo_id: PhotoId(Uuid::now_v7()),
        sha256: "00ff".to_owned(),
        key: "user_1/a.jpg".to_owned(),
        format: PhotoFormat::Png,
        caption: Some(NAME.to_owned()),
    };
    Training {
        id,
        avatar_id: avatar.id,
        user_id: avatar.user_id,
        version: 1,
        status: TrainingStatus::Preparing,
        status_reason: None,
        progress: 0,
        progress_source: ProgressSource::Estimated,
        queue_position: None,
        preset: Preset::Balanced,
        settings: TrainerSettings {
            endpoint: "fal-ai/flux-lora-portrait-trainer".to_owned(),
            training_type: TrainingType::Portrait,
            trigger_phrase: "аня1".to_owned(),
            steps: 2500,
            learning_rate: Some(0.000_09),
            multiresolution_training: true,
            subject_crop: false,
            create_masks: true,
            captioning: false,
            finetune_type: FinetuneType::Lora,
            finetune_comment: NAME.to_owned(),
            priority: FalPriority::Normal,
        },
        photos: vec![SnapshotPhoto { caption: None, ..photo.clone() }, photo],
        origin: Origin { retry_of: Some(TrainingId(Uuid::now_v7())), compare_with: Some(TrainingId(Uuid::now_v7())) },
        cost_microusd: 6_000_000_000,
        expected_seconds: 1200,
        error_code: None,
        error_message: None,
        attempt_token: format!("token-{id}"),
        training_set_key: None,
        fal_training_set_url: None,
        request: None,
        webhook_url: None,
        submitted_at: None,
        deadline_at: None,
        last_status_check: None,
        fal_ended_at: None,
        lora_key: None,
        config_key: None,
        training_logs: None,
        created_at: now(),
        updated_at: at(1),
        started_at: None,
        completed_at: None,
    }
}

/// The object in a JSON value.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { panic!("{value} is no object") }
}

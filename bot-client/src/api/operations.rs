//! The operations the bot uses, one function each, under the names of the contract.

use aisha_openapi::avatars::{Avatar, AvatarPage, AvatarPatch, NewAvatar};
use aisha_openapi::deletions::Deletion;
use aisha_openapi::generations::{Generation, GenerationPage, GenerationQuote, NewGeneration, RepeatGeneration};
use aisha_openapi::packs::{NewPackRun, PackQuote, PackRun};
use aisha_openapi::photos::{DedupeReport, Photo, PhotoList, PhotoOrder, PhotoPatch};
use aisha_openapi::preflight::Preflight;
use aisha_openapi::prompts::{DraftPrompt, FinalPrompt};
use aisha_openapi::statistics::Statistics;
use aisha_openapi::styles::StyleCatalogue;
use aisha_openapi::trainings::{ActiveTraining, NewTraining, Training, TrainingPage};
use aisha_openapi::users::{Me, MePatch};
use reqwest::Method;
use uuid::Uuid;

use super::{ApiError, Person, answer, done};

impl Person {
    /// The person, made on first sight.
    pub async fn me(&self) -> Result<Me, ApiError> {
        self.get("/v1/me").await
    }

    /// Changes the person's settings.
    pub async fn update_me(&self, patch: &MePatch) -> Result<Me, ApiError> {
        self.patch("/v1/me", patch).await
    }

    /// Everything of the person, counted.
    pub async fn my_statistics(&self) -> Result<Statistics, ApiError> {
        self.get("/v1/me/statistics").await
    }

    /// Deletes the person and everything of theirs.
    pub async fn delete_me(&self) -> Result<Deletion, ApiError> {
        answer(self.request(Method::DELETE, "/v1/me")?).await
    }

    /// Avatars, newest first.
    pub async fn avatars(&self, limit: u8, cursor: Option<&str>) -> Result<AvatarPage, ApiError> {
        self.get(&paged(&format!("/v1/avatars?limit={limit}"), cursor)).await
    }

    /// One avatar.
    pub async fn avatar(&self, id: Uuid) -> Result<Avatar, ApiError> {
        self.get(&format!("/v1/avatars/{id}")).await
    }

    /// A new avatar.
    pub async fn create_avatar(&self, key: &str, avatar: &NewAvatar) -> Result<Avatar, ApiError> {
        self.post("/v1/avatars", key, avatar).await
    }

    /// Changes an avatar.
    pub async fn update_avatar(&self, id: Uuid, patch: &AvatarPatch) -> Result<Avatar, ApiError> {
        self.patch(&format!("/v1/avatars/{id}"), patch).await
    }

    /// Makes an avatar the one that is used when none is named.
    pub async fn make_main(&self, key: &str, id: Uuid) -> Result<(), ApiError> {
        self.post_empty(&format!("/v1/avatars/{id}/main"), key).await
    }

    /// Deletes an avatar with its photos, weights and pictures.
    pub async fn delete_avatar(&self, id: Uuid) -> Result<(), ApiError> {
        self.set(Method::DELETE, &format!("/v1/avatars/{id}")).await
    }

    /// What there is of an avatar, counted.
    pub async fn avatar_statistics(&self, id: Uuid) -> Result<Statistics, ApiError> {
        self.get(&format!("/v1/avatars/{id}/statistics")).await
    }

    /// What a training would meet.
    pub async fn preflight(&self, key: &str, id: Uuid) -> Result<Preflight, ApiError> {
        let request = self.request(Method::POST, &format!("/v1/avatars/{id}/preflight"))?;
        answer(request.header("idempotency-key", key)).await
    }

    /// The photos of an avatar, in their order.
    pub async fn photos(&self, avatar: Uuid) -> Result<PhotoList, ApiError> {
        self.get(&format!("/v1/avatars/{avatar}/photos")).await
    }

    /// One photo.
    pub async fn photo(&self, id: Uuid) -> Result<Photo, ApiError> {
        self.get(&format!("/v1/photos/{id}")).await
    }

    /// Changes a photo.
    pub async fn update_photo(&self, id: Uuid, patch: &PhotoPatch) -> Result<Photo, ApiError> {
        self.patch(&format!("/v1/photos/{id}"), patch).await
    }

    /// Deletes a photo.
    pub async fn delete_photo(&self, id: Uuid) -> Result<(), ApiError> {
        self.set(Method::DELETE, &format!("/v1/photos/{id}")).await
    }

    /// Puts the photos of an avatar into an order.
    pub async fn order_photos(&self, avatar: Uuid, order: &PhotoOrder) -> Result<(), ApiError> {
        done(self.request(Method::PUT, &format!("/v1/avatars/{avatar}/photos/order"))?.json(order)).await
    }

    /// Leaves out photos that look like better ones.
    pub async fn dedupe_photos(&self, key: &str, avatar: Uuid) -> Result<DedupeReport, ApiError> {
        let request = self.request(Method::POST, &format!("/v1/avatars/{avatar}/photos/dedupe?apply=true"))?;
        answer(request.header("idempotency-key", key)).await
    }

    /// Starts a training.
    pub async fn start_training(&self, key: &str, avatar: Uuid, training: &NewTraining) -> Result<Training, ApiError> {
        self.post(&format!("/v1/avatars/{avatar}/trainings"), key, training).await
    }

    /// One training.
    pub async fn training(&self, id: Uuid) -> Result<Training, ApiError> {
        self.get(&format!("/v1/trainings/{id}")).await
    }

    /// The trainings of an avatar, newest first.
    pub async fn trainings(&self, avatar: Uuid) -> Result<TrainingPage, ApiError> {
        self.get(&format!("/v1/avatars/{avatar}/trainings?limit=50")).await
    }

    /// Gives a training up.
    pub async fn cancel_training(&self, key: &str, id: Uuid) -> Result<(), ApiError> {
        self.post_empty(&format!("/v1/trainings/{id}/cancel"), key).await
    }

    /// Tries a failed training again.
    pub async fn retry_training(&self, key: &str, id: Uuid) -> Result<Training, ApiError> {
        let request = self.request(Method::POST, &format!("/v1/trainings/{id}/retry"))?;
        answer(request.header("idempotency-key", key)).await
    }

    /// Chooses the version an avatar is used with.
    pub async fn use_training(&self, avatar: Uuid, training_id: Uuid) -> Result<(), ApiError> {
        let request = self.request(Method::PUT, &format!("/v1/avatars/{avatar}/active-training"))?;
        done(request.json(&ActiveTraining { training_id })).await
    }

    /// Styles and packs.
    pub async fn styles(&self) -> Result<StyleCatalogue, ApiError> {
        self.get("/v1/styles").await
    }

    /// Puts a style among the favourites, or takes it out.
    pub async fn like_style(&self, id: &str, liked: bool) -> Result<(), ApiError> {
        let method = if liked { Method::PUT } else { Method::DELETE };
        done(self.request(method, &format!("/v1/styles/{id}/favourite"))?).await
    }

    /// What a generation would cost.
    pub async fn quote_generation(&self, avatar: Uuid, wish: &NewGeneration) -> Result<GenerationQuote, ApiError> {
        let path = format!("/v1/avatars/{avatar}/generations?dry_run=true");
        self.post(&path, &Uuid::now_v7().to_string(), wish).await
    }

    /// Asks for pictures.
    pub async fn generate(&self, key: &str, avatar: Uuid, wish: &NewGeneration) -> Result<Generation, ApiError> {
        self.post(&format!("/v1/avatars/{avatar}/generations"), key, wish).await
    }

    /// One generation.
    pub async fn generation(&self, id: Uuid) -> Result<Generation, ApiError> {
        self.get(&format!("/v1/generations/{id}")).await
    }

    /// Generations, newest first. `filter` is a query such as `avatar_id=…&favourite=true`, or empty.
    pub async fn generations(&self, limit: u8, filter: &str, cursor: Option<&str>) -> Result<GenerationPage, ApiError> {
        let filter = if filter.is_empty() { String::new() } else { format!("&{filter}") };
        self.get(&paged(&format!("/v1/generations?limit={limit}{filter}"), cursor)).await
    }

    /// Gives a generation up.
    pub async fn cancel_generation(&self, key: &str, id: Uuid) -> Result<(), ApiError> {
        self.post_empty(&format!("/v1/generations/{id}/cancel"), key).await
    }

    /// Makes the same pictures again, or others of the same wish.
    pub async fn repeat_generation(&self, key: &str, id: Uuid, fresh_seed: bool) -> Result<Generation, ApiError> {
        self.post(&format!("/v1/generations/{id}/repeat"), key, &RepeatGeneration { fresh_seed }).await
    }

    /// Puts a generation among the favourites, or takes it out.
    pub async fn like_generation(&self, id: Uuid, liked: bool) -> Result<(), ApiError> {
        let method = if liked { Method::PUT } else { Method::DELETE };
        done(self.request(method, &format!("/v1/generations/{id}/favourite"))?).await
    }

    /// Deletes a generation with its pictures.
    pub async fn delete_generation(&self, id: Uuid) -> Result<(), ApiError> {
        self.set(Method::DELETE, &format!("/v1/generations/{id}")).await
    }

    /// What a pack would cost.
    pub async fn quote_pack(&self, avatar: Uuid, wish: &NewPackRun) -> Result<PackQuote, ApiError> {
        let path = format!("/v1/avatars/{avatar}/packs?dry_run=true");
        self.post(&path, &Uuid::now_v7().to_string(), wish).await
    }

    /// Asks for a pack of pictures.
    pub async fn start_pack(&self, key: &str, avatar: Uuid, wish: &NewPackRun) -> Result<PackRun, ApiError> {
        self.post(&format!("/v1/avatars/{avatar}/packs"), key, wish).await
    }

    /// One run of a pack.
    pub async fn pack(&self, id: Uuid) -> Result<PackRun, ApiError> {
        self.get(&format!("/v1/packs/{id}")).await
    }

    /// Gives a run of a pack up.
    pub async fn cancel_pack(&self, key: &str, id: Uuid) -> Result<(), ApiError> {
        self.post_empty(&format!("/v1/packs/{id}/cancel"), key).await
    }

    /// A prompt as it would be told to the model.
    pub async fn enhance_prompt(&self, key: &str, prompt: &DraftPrompt) -> Result<FinalPrompt, ApiError> {
        self.post("/v1/prompts/enhance", key, prompt).await
    }
}

/// A list's address with a cursor, if there is one.
pub(super) fn paged(path: &str, cursor: Option<&str>) -> String {
    match cursor {
        // A cursor is made of letters, digits, `-` and `_`.
        Some(cursor) => format!("{path}&cursor={cursor}"),
        None => path.to_owned(),
    }
}

//! Of what events tell.

use crate::words::words;

words! {
    /// What an event tells.
    EventType {
        AvatarCreated = "avatar.created",
        AvatarUpdated = "avatar.updated",
        AvatarReady = "avatar.ready_for_training",
        AvatarCompleted = "avatar.completed",
        AvatarFailed = "avatar.failed",
        AvatarCancelled = "avatar.cancelled",
        AvatarMain = "avatar.main",
        /// Another of its trainings is used from now on, by its owner's choice.
        AvatarActiveTraining = "avatar.active_training",
        AvatarDeleted = "avatar.deleted",
        PhotoCreated = "photo.created",
        PhotoUpdated = "photo.updated",
        PhotoDeleted = "photo.deleted",
        PhotosReordered = "photos.reordered",
        TrainingStarted = "training.started",
        /// Every ten seconds at the most.
        TrainingProgress = "training.progress",
        TrainingCompleted = "training.completed",
        TrainingFailed = "training.failed",
        TrainingStalled = "training.stalled",
        TrainingCancelled = "training.cancelled",
        GenerationCreated = "generation.created",
        GenerationCompleted = "generation.completed",
        GenerationFailed = "generation.failed",
        GenerationCancelled = "generation.cancelled",
        /// fal's safety checker kept every picture back.
        GenerationModerated = "generation.moderated",
        GenerationDeleted = "generation.deleted",
        PackStarted = "pack.started",
        /// The last of its generations has ended, however they ended: `state` and `details` tell.
        PackCompleted = "pack.completed",
        PackDeleted = "pack.deleted",
        /// Nothing more is sent to it, and its owner did not ask for that.
        WebhookEndpointDisabled = "webhook_endpoint.disabled",
        /// A test, for this endpoint alone.
        WebhookEndpointPing = "webhook_endpoint.ping",
        /// A link to its pictures was made.
        GenerationShared = "generation.shared",
        /// A link to its pictures was taken back.
        GenerationUnshared = "generation.unshared",
        TranscriptionCreated = "transcription.created",
        TranscriptionCompleted = "transcription.completed",
        TranscriptionFailed = "transcription.failed",
        TranscriptionCancelled = "transcription.cancelled",
        TranscriptionDeleted = "transcription.deleted",
        /// Something was made of its text: `details` tell what.
        TranscriptionDigestCompleted = "transcription.digest_completed",
        TranscriptionDigestFailed = "transcription.digest_failed",
    }
}

words! {
    /// The kind of thing an event is about.
    ResourceType {
        Avatar = "avatar",
        Photo = "photo",
        Training = "training",
        Generation = "generation",
        Pack = "pack",
        Transcription = "transcription",
        WebhookEndpoint = "webhook_endpoint",
    }
}

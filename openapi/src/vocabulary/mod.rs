//! The closed word lists of the contract. Each word is the same on the wire, in the database and in the code, so each
//! list is written once, here. Clients must accept words they do not know: lists grow, they never change meaning.

mod events;

pub use self::events::*;
pub use crate::words::UnknownWord;
use crate::words::words;

words! {
    /// The gender a person gives their avatar; styles use it to fill their prompts.
    Gender { Male = "male", Female = "female", Other = "other" }
}

words! {
    /// What the avatar is a picture of.
    AvatarType { Character = "character", Style = "style", Custom = "custom" }
}

words! {
    /// Where the avatar stands in its life.
    AvatarStatus {
        /// Name, gender or type is still missing.
        Draft = "draft",
        /// Photos may be sent.
        PhotosUploading = "photos_uploading",
        /// Enough usable photos are there and the set is confirmed.
        ReadyForTraining = "ready_for_training",
        /// The first training is under way.
        Training = "training",
        /// At least one training has completed; pictures can be made.
        Completed = "completed",
        /// The last step failed; `status_reason` says why and it may be tried again.
        Error = "error",
        /// Given up by its owner before completion.
        Cancelled = "cancelled",
    }
}

words! {
    /// What kind of model is trained; each kind has its own trainer at fal.
    TrainingType { Portrait = "portrait", Style = "style", Object = "object" }
}

words! {
    /// How much time and money a training may take.
    Preset { Fast = "fast", Balanced = "balanced", Quality = "quality" }
}

words! {
    /// Where a training stands.
    TrainingStatus {
        /// The photo set is being packed.
        Preparing = "preparing",
        /// The set is on its way to fal.
        Submitting = "submitting",
        /// fal has it and has not begun.
        Queued = "queued",
        /// fal is training.
        Running = "running",
        /// The weights are in our own store. Final.
        Completed = "completed",
        /// fal or we could not do it; `error` says why. Final.
        Failed = "failed",
        /// Cancelling was asked for and fal has not confirmed it yet.
        Cancelling = "cancelling",
        /// Given up before completion. Final.
        Cancelled = "cancelled",
        /// The true state is unknown for now; `status_reason` says why. It can still end truly.
        Stalled = "stalled",
    }
}

impl TrainingStatus {
    /// Final states never change.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

words! {
    /// Where a generation stands.
    GenerationStatus {
        /// fal has not got it yet, or has not said so.
        Pending = "pending",
        /// fal has it.
        Processing = "processing",
        /// The pictures are in our own store. Final.
        Completed = "completed",
        /// fal or we could not do it; `error` says why. Final.
        Failed = "failed",
        /// Given up before completion. Final.
        Cancelled = "cancelled",
        /// fal's safety checker kept every picture back. Final.
        Moderated = "moderated",
    }
}

impl GenerationStatus {
    /// Final states never change.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Processing)
    }
}

words! {
    /// Where a transcription stands.
    TranscriptionStatus {
        /// fal has not got it yet, or has not said so.
        Pending = "pending",
        /// fal has it.
        Processing = "processing",
        /// The text is there. Final.
        Completed = "completed",
        /// fal or we could not do it; `error` says why. Final.
        Failed = "failed",
        /// Given up before completion. Final.
        Cancelled = "cancelled",
    }
}

impl TranscriptionStatus {
    /// Final states never change.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Processing)
    }
}

words! {
    /// The kinds of recordings accepted, told by content and never by name.
    AudioFormat {
        Mp3 = "mp3",
        /// AAC and its kin in an MP4 file, with or without pictures.
        M4a = "m4a",
        /// Opus or Vorbis, such as a voice message.
        Ogg = "ogg",
        Wav = "wav",
        Webm = "webm",
        Flac = "flac",
    }
}

words! {
    /// How a transcript is written to a file.
    TranscriptFormat {
        /// The text alone.
        Txt = "txt",
        /// Subtitles as `SubRip` writes them.
        Srt = "srt",
        /// Subtitles of the web.
        Vtt = "vtt",
    }
}

words! {
    /// What is made of a transcript.
    DigestKind {
        /// What it is about, in short.
        Summary = "summary",
        /// What is to be done, by whom and until when, as far as that is said.
        Todo = "todo",
        /// What was spoken of, what was settled and what is open.
        Minutes = "minutes",
    }
}

words! {
    /// Where a digest stands.
    DigestStatus {
        /// It is being written.
        Pending = "pending",
        /// The text is there. Final.
        Completed = "completed",
        /// It could not be written; `error` says why. Asking for it again tries it again.
        Failed = "failed",
    }
}

words! {
    /// The shape of a picture, across to down.
    AspectRatio { Square = "1:1", Portrait = "3:4", Landscape = "4:3", Tall = "9:16", Wide = "16:9" }
}

words! {
    /// Where a run of a pack stands.
    PackStatus {
        /// Some of its generations have not ended.
        Running = "running",
        /// There are pictures of every one of its generations. Final.
        Completed = "completed",
        /// All have ended, and there are pictures of some. Final.
        Partial = "partial",
        /// All have ended, and there are pictures of none. Final.
        Failed = "failed",
        /// Given up, and there are pictures of none. Final.
        Cancelled = "cancelled",
    }
}

words! {
    /// What of a wish could not be followed.
    WarningCode {
        /// The model has no negative prompts.
        NegativePromptUnsupported = "negative_prompt_unsupported",
        /// The prompt went out as it was written: who works on prompts did not answer.
        PromptNotEnhanced = "prompt_not_enhanced",
    }
}

words! {
    /// Which rendering of a picture is wanted.
    ImageVariant {
        /// The picture as fal made it.
        Original = "original",
        /// A small JPEG of it.
        Thumbnail = "thumbnail",
    }
}

words! {
    /// Who told us of a step of a training.
    ToldBy {
        /// Its owner.
        User = "user",
        /// The service did it itself.
        Worker = "worker",
        /// fal, in its answer to the submission.
        Submission = "submission",
        /// fal, through its webhook.
        Webhook = "webhook",
        /// fal, when it was asked.
        Sweep = "sweep",
    }
}

words! {
    /// Whether a progress figure was read from the trainer's log or estimated from the time passed.
    ProgressSource { Reported = "reported", Estimated = "estimated" }
}

words! {
    /// How the base model is tuned.
    FinetuneType { Lora = "lora", Dreambooth = "dreambooth" }
}

words! {
    /// The queue priority asked of fal.
    FalPriority { Normal = "normal", High = "high" }
}

words! {
    /// What the checks said of a photo.
    ValidationStatus { Pending = "pending", Valid = "valid", Invalid = "invalid", Duplicate = "duplicate" }
}

words! {
    /// The picture formats accepted, told by content and never by name.
    PhotoFormat { Jpeg = "jpeg", Png = "png", Webp = "webp" }
}

words! {
    /// What happened to one file of an upload.
    UploadOutcome {
        /// A new photo.
        Created = "created",
        /// The same bytes are already a photo of this avatar, which is given.
        Duplicate = "duplicate",
        /// Not taken; `problem` says why and what helps.
        Rejected = "rejected",
    }
}

words! {
    /// Which rendering of a photo is wanted.
    PhotoVariant {
        /// The bytes that were sent.
        Original = "original",
        /// A small JPEG of the whole picture.
        Thumbnail = "thumbnail",
        /// What a trainer is given: upright, without metadata.
        Training = "training",
        /// A square around the face; photos without a face have none.
        Face = "face",
    }
}

words! {
    /// What can be wrong with a photo that was taken in.
    IssueCode {
        NoFace = "no_face",
        MultipleFaces = "multiple_faces",
        FaceTooSmall = "face_too_small",
        Blurry = "blurry",
        TooDark = "too_dark",
        TooBright = "too_bright",
        LowContrast = "low_contrast",
        Noisy = "noisy",
        /// Nothing stands out, but together it is not enough.
        LowQuality = "low_quality",
        NearDuplicate = "near_duplicate",
    }
}

words! {
    /// How much an issue matters.
    IssueSeverity {
        /// Good to know.
        Info = "info",
        /// The avatar would be better without this photo.
        Warn = "warn",
        /// The photo is not used.
        Reject = "reject",
    }
}

words! {
    /// What the checks say of a photo in one word: its gravest issue.
    Verdict { Ok = "ok", Warn = "warn", Reject = "reject" }
}

words! {
    /// What can be done for a better avatar, in the order of importance.
    RecommendationCode {
        CompleteDetails = "complete_details",
        AddPhotos = "add_photos",
        ReplaceRejected = "replace_rejected",
        ExcludeNearDuplicates = "exclude_near_duplicates",
        ReplaceWeak = "replace_weak",
        AddMorePhotos = "add_more_photos",
        AddCloseUps = "add_close_ups",
        AddHalfBody = "add_half_body",
        AddFullBody = "add_full_body",
        VaryLight = "vary_light",
        VaryDays = "vary_days",
        UsedElsewhere = "used_elsewhere",
    }
}

words! {
    /// Whether something must be done or would be good.
    Importance {
        /// No training without it.
        Required = "required",
        /// The avatar would be better.
        Advised = "advised",
    }
}

words! {
    /// The kind of thing that was deleted.
    DeletionSubject { Avatar = "avatar", User = "user" }
}

words! {
    /// How far a deletion is.
    DeletionStatus {
        /// The store has not confirmed every object yet.
        Deleting = "deleting",
        /// Every object in the store of this service is gone.
        Complete = "complete",
    }
}

words! {
    /// Where a deleted thing lay.
    DeletedPlace {
        /// The object store of this service.
        Store = "store",
        Fal = "fal",
    }
}

words! {
    /// What a deleted thing was.
    DeletedKind {
        /// A file in the store of this service.
        Object = "object",
        /// The packed photos of a training, at fal.
        TrainingSet = "training_set",
        /// Trained weights or their configuration, at fal.
        ResultFile = "result_file",
        /// What fal notes of a training.
        Request = "request",
    }
}

words! {
    /// What is known of a deleted thing.
    DeletedState {
        /// The store is still to delete it.
        Waiting = "waiting",
        /// The store has confirmed that it is gone.
        Gone = "gone",
        /// fal deletes it by itself at `expires_at`.
        Expiring = "expiring",
        /// fal was to delete it by `expires_at`, which is over.
        Expired = "expired",
        /// It is kept by the rules of the account at fal, which this service cannot see.
        Unconfirmed = "unconfirmed",
    }
}

words! {
    /// The languages that people are spoken to in.
    Locale { Ru = "ru", En = "en" }
}

words! {
    /// What a key may do.
    Scope {
        AvatarsRead = "avatars:read",
        AvatarsWrite = "avatars:write",
        TrainingsStart = "trainings:start",
        GenerationsCreate = "generations:create",
        TranscriptionsCreate = "transcriptions:create",
        EventsRead = "events:read",
        WebhooksManage = "webhooks:manage",
        KeysManage = "keys:manage",
        /// Acts for the users of one issuer, one named on each request.
        ActAs = "act_as",
        Admin = "admin",
    }
}

words! {
    /// How far a delivery to a webhook endpoint is.
    DeliveryStatus {
        /// It is tried again, or waits for its endpoint to be enabled.
        Pending = "pending",
        Delivered = "delivered",
        /// It is not tried any more, unless it is replayed.
        Failed = "failed",
    }
}

words! {
    /// Why nothing is sent to a webhook endpoint.
    DisabledReason {
        /// Its owner wants it so.
        Owner = "owner",
        /// It answered 410.
        Gone = "gone",
        /// Nothing has succeeded for three days.
        Failing = "failing",
    }
}

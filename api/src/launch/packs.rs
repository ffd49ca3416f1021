//! Running a pack: many generations that are begun together or not at all.

use aisha_openapi::vocabulary::{AspectRatio, EventType};

use super::gate::Payer;
use super::order::{Look, Order};
use super::{Launch, LaunchError, begin};
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::generation::seed;
use crate::domain::ids::PackRunId;
use crate::domain::pack::PackRun;
use crate::domain::style::{Catalogue, Pack, Style};
use crate::domain::training::Training;
use crate::storage::{Tx, packs};

/// Where the chance begins for the first picture of a preview; each of the others begins one further. Always the same, so
/// that two versions of an avatar can be compared picture by picture.
const PREVIEW_SEED: i64 = 20_260_000;

/// What is to be pictured together.
pub enum Set<'a> {
    /// A pack.
    Pack(&'a Pack),
    /// Styles that somebody has chosen.
    Styles(Vec<&'a Style>),
    /// A pack that shows what a training has learned.
    Preview(&'a Pack),
}

/// A run of a pack that can be begun.
pub struct PackLaunch {
    /// One a picture of the pack.
    pub launches: Vec<Launch>,
    pack_id: Option<String>,
    is_preview: bool,
}

impl PackLaunch {
    /// Makes a set ready for this avatar as this training has learned it: so many images of each picture, all in this
    /// shape or each in its own.
    pub fn new(
        app: &App,
        avatar: &Avatar,
        training: &Training,
        set: &Set<'_>,
        aspect_ratio: Option<AspectRatio>,
        num_images: i32,
    ) -> Result<Self, LaunchError> {
        let looks = looks(&app.settings.styles, set);
        let is_preview = matches!(set, Set::Preview(_));
        let mut launches = Vec::with_capacity(looks.len());
        for (number, (look, words, own_ratio)) in (0..).zip(looks) {
            let seed = if is_preview { PREVIEW_SEED + number } else { seed().map_err(|_| LaunchError::NoChance)? };
            let aspect_ratio = aspect_ratio.or(own_ratio);
            let order = Order { words, negative_prompt: None, look, aspect_ratio, num_images, seed };
            launches.push(Launch::new(app, training, order.wish(avatar, training))?);
        }
        let pack_id = match set {
            Set::Pack(pack) | Set::Preview(pack) => Some(pack.id.clone()),
            Set::Styles(_) => None,
        };
        Ok(Self { launches, pack_id, is_preview })
    }

    /// What all of it costs, in millionths of a US dollar.
    #[must_use]
    pub fn cost_microusd(&self) -> i64 {
        self.launches.iter().map(|launch| launch.cost_microusd).sum()
    }

    /// Begins it, as [`begin`] begins generations, with a row and an event of its own.
    pub async fn begin(
        self,
        app: &App,
        tx: &mut Tx,
        payer: &Payer,
        avatar: &Avatar,
        training: &Training,
    ) -> Result<PackRun, LaunchError> {
        let (id, now): (PackRunId, _) = (app.ids.next(), app.now());
        let cost_microusd = self.cost_microusd();
        let launches: Vec<_> = self.launches.into_iter().map(|launch| launch.in_pack(id)).collect();
        let mut run = PackRun {
            id,
            user_id: avatar.user_id,
            avatar_id: avatar.id,
            training_id: training.id,
            pack_id: self.pack_id,
            is_preview: self.is_preview,
            cost_microusd,
            cancel_requested_at: None,
            created_at: now,
            completed_at: None,
            progress: crate::domain::pack::Progress::default(),
        };
        let begun = begin(app, tx, payer, avatar, launches).await?;
        packs::add(tx, &run).await?;
        run.progress.pending = i64::try_from(begun.len()).unwrap_or(i64::MAX);
        app.tell(tx, run.event(EventType::PackStarted, payer.actor)).await?;
        Ok(run)
    }
}

/// Each picture of a set: how it looks, in which words, and its own shape.
fn looks<'a>(catalogue: &'a Catalogue, set: &Set<'a>) -> Vec<(Look<'a>, String, Option<AspectRatio>)> {
    match set {
        Set::Styles(styles) => styles.iter().map(|style| (Look::Style(style), String::new(), None)).collect(),
        Set::Pack(pack) | Set::Preview(pack) => {
            let look = |picture: &'a crate::domain::style::PackPicture| {
                let own = picture.aspect_ratio.or(pack.aspect_ratio);
                let style = picture.style.as_deref().and_then(|id| catalogue.style(id));
                match (style, &picture.prompt) {
                    (Some(style), words) => {
                        let words = words.as_ref().map(|words| words.as_str().to_owned()).unwrap_or_default();
                        (Look::Style(style), words, own)
                    }
                    (None, Some(prompt)) => (Look::Prompt(prompt), String::new(), own),
                    // The catalogue has none of these.
                    (None, None) => (Look::Words, String::new(), own),
                }
            };
            pack.pictures.iter().map(look).collect()
        }
    }
}

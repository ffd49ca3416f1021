//! What the buttons do.

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::prompts::DraftPrompt;
use uuid::Uuid;

use super::{At, Tap, Wish, made, shown, wish};
use crate::api::ApiError;
use crate::screens::{Ctx, Next, Place, images};
use crate::texts::t;

/// Does what a button says.
pub(in crate::screens) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    match at {
        At::Generation { generation } | At::Words { generation } | At::Delete { generation } => {
            made(ctx, at, *generation, tap).await
        }
        At::Pack { run } | At::Stop { run } => pack(ctx, at, *run, tap).await,
        At::Wish(wish)
        | At::Whom(wish)
        | At::Categories(wish)
        | At::Styles { wish, .. }
        | At::Packs { wish, .. }
        | At::Set { wish, .. } => wished(ctx, at, wish.clone(), tap).await,
    }
}

fn to(at: At) -> Next {
    Next::to(Place::Generate(at))
}

/// Where the wish is still open.
async fn wished(ctx: &Ctx<'_>, at: &At, wish: Wish, tap: Tap) -> Result<Next, ApiError> {
    let to_wish = |wish| to(At::Wish(wish));
    Ok(match (at, tap) {
        (_, Tap::Whom) => to(At::Whom(wish)),
        (_, Tap::Avatar(avatar)) => to_wish(Wish { avatar, ..wish }),
        (_, Tap::Ratio(ratio)) => to_wish(Wish { ratio: Some(ratio), ..wish }),
        (_, Tap::Count(count)) => to_wish(Wish { count: count.clamp(1, 4), ..wish }),
        (_, Tap::NoWords) => to_wish(Wish { prompt: None, own: None, ..wish }),
        (_, Tap::Improve) => return improve(ctx, wish).await,
        (_, Tap::OwnWords) => to_wish(Wish { prompt: wish.own.or(wish.prompt), own: None, ..wish }),
        (_, Tap::Categories) => to(At::Categories(wish)),
        (_, Tap::Category(id)) => to(At::Styles { wish, category: Some(id.as_str().to_owned()), page: 0 }),
        (_, Tap::Liked) => to(At::Styles { wish, category: None, page: 0 }),
        (_, Tap::Style(id)) => to_wish(Wish { style: Some(id.as_str().to_owned()), ..wish }),
        (_, Tap::NoStyle) => to_wish(Wish { style: None, ..wish }),
        (_, Tap::LikeStyle | Tap::UnlikeStyle) => {
            if let Some(style) = &wish.style {
                ctx.api.like_style(style, tap == Tap::LikeStyle).await?;
            }
            to_wish(wish)
        }
        (_, Tap::Packs) => to(At::Packs { wish, page: 0 }),
        (_, Tap::Set(id)) => to(At::Set { wish, pack: id.as_str().to_owned() }),
        (At::Styles { category, .. }, Tap::Page(page)) => to(At::Styles { wish, category: category.clone(), page }),
        (At::Packs { .. }, Tap::Page(page)) => to(At::Packs { wish, page }),
        (At::Set { pack, .. }, Tap::Create) => {
            let run = ctx.api.start_pack(&ctx.key("pack"), wish.avatar, &wish::run_of(pack)).await?;
            to(At::of_pack(run.id))
        }
        (At::Wish(_), Tap::Create) if wish.is_empty() => to_wish(wish).saying(t!(ctx.texts, "generate-nothing-wished")),
        (At::Wish(_), Tap::Create) => {
            let generation = ctx.api.generate(&ctx.key("generate"), wish.avatar, &wish.to_order()).await?;
            to(At::of(generation.id))
        }
        _ => to(at.clone()),
    })
}

/// Has the words worked on. Without the avatar: its trigger phrase is put in later, and is nothing people should read.
async fn improve(ctx: &Ctx<'_>, wish: Wish) -> Result<Next, ApiError> {
    let Some(prompt) = wish.prompt.clone() else { return Ok(to(At::Wish(wish))) };
    let draft = DraftPrompt { prompt: prompt.clone(), avatar_id: None };
    match ctx.api.enhance_prompt(&ctx.key("improve"), &draft).await {
        Ok(better) => {
            let own = wish.own.clone().or(Some(prompt));
            let words = t!(ctx.texts, "generate-improved");
            Ok(to(At::Wish(Wish { prompt: Some(better.final_prompt), own, ..wish })).saying(words))
        }
        Err(ApiError::Refused(ProblemCode::PromptsNotConfigured)) => {
            let words = t!(ctx.texts, "generate-cannot-improve");
            Ok(to(At::Wish(Wish { unaided: true, ..wish })).saying(words))
        }
        // Whoever works on words may be away for long, and nothing else has to wait for that.
        Err(error) if error.passes() => Ok(to(At::Wish(wish)).saying(t!(ctx.texts, "common-failed"))),
        Err(error) => Err(error),
    }
}

/// Where a generation is shown.
async fn made(ctx: &Ctx<'_>, at: &At, id: Uuid, tap: Tap) -> Result<Next, ApiError> {
    let here = to(at.clone());
    Ok(match tap {
        Tap::Like | Tap::Unlike => {
            ctx.api.like_generation(id, tap == Tap::Like).await?;
            here
        }
        Tap::Cancel => {
            let cancelled = ctx.api.cancel_generation(&ctx.key("cancel"), id).await;
            unless_over(cancelled, ProblemCode::GenerationState)?;
            here
        }
        Tap::Repeat => to(At::of(ctx.api.repeat_generation(&ctx.key("repeat"), id, true).await?.id)),
        Tap::Change => to(At::Wish(Wish::again(&ctx.api.generation(id).await?))),
        Tap::Original(number) => match made::original(&ctx.api.generation(id).await?, number.into()) {
            Some(parcel) => here.sending(parcel),
            None => here.saying(t!(ctx.texts, "common-gone")),
        },
        Tap::Album => {
            let (generation, avatar) = shown(ctx, id).await?;
            match made::album(ctx.texts, &generation, &avatar) {
                Some(album) => here.sending(album),
                None => here,
            }
        }
        Tap::Words => to(At::Words { generation: id }),
        Tap::Delete => to(At::Delete { generation: id }),
        Tap::ReallyDelete if matches!(at, At::Delete { .. }) => {
            ctx.api.delete_generation(id).await?;
            Next::to(Place::Images(images::At::start())).saying(t!(ctx.texts, "generate-deleted"))
        }
        _ => here,
    })
}

/// Where a run of a pack is shown.
async fn pack(ctx: &Ctx<'_>, at: &At, id: Uuid, tap: Tap) -> Result<Next, ApiError> {
    Ok(match tap {
        Tap::Cancel => to(At::Stop { run: id }),
        Tap::ReallyCancel if matches!(at, At::Stop { .. }) => {
            let cancelled = ctx.api.cancel_pack(&ctx.key("cancel"), id).await;
            unless_over(cancelled, ProblemCode::PackState)?;
            to(At::of_pack(id))
        }
        Tap::Pictures => Next::to(Place::Images(images::At::of_pack(id))),
        Tap::Another => {
            let avatar = ctx.api.pack(id).await?.avatar_id;
            to(At::Packs { wish: Wish::of(avatar), page: 0 })
        }
        _ => to(at.clone()),
    })
}

/// What has ended meanwhile need not be given up: the card tells how it ended.
fn unless_over(cancelled: Result<(), ApiError>, over: ProblemCode) -> Result<(), ApiError> {
    match cancelled {
        Err(error) if error.code() == Some(over) => Ok(()),
        outcome => outcome,
    }
}

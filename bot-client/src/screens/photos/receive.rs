//! Photos on their way from Telegram to the service, one at a time.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::photos::UploadResult;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{AvatarStatus, UploadOutcome};
use uuid::Uuid;

use super::album::Taken;
use super::{At, gravest, sign, takes_photos};
use crate::api::ApiError;
use crate::buttons::Door;
use crate::screens::create::name_of;
use crate::screens::{Ctx, Next, Place};
use crate::telegram::{FileRef, MAX_FILE, Said, SendError};
use crate::texts::{Texts, t};
use crate::view::{View, door, escape};

/// How many of the newest avatars are asked which of them photos may be for.
pub(super) const OFFERED: u8 = 20;
/// How many of them have a button.
const BUTTONS: usize = 8;

/// Takes a photo where no avatar is open: for the only one that waits for photos, else nobody can know whose it is.
pub(in crate::screens) async fn take(ctx: &Ctx<'_>, place: &Place, said: &Said) -> Result<Next, ApiError> {
    if let Err(words) = acceptable(ctx.texts, said) {
        return Ok(Next::to(place.clone()).saying(words));
    }
    let avatars = ctx.api.avatars(OFFERED, None).await?.data;
    let mut waiting = avatars.iter().filter(|avatar| takes_photos(avatar));
    match (waiting.next(), waiting.next()) {
        (Some(only), None) => at(ctx, only.id, said).await,
        _ => Ok(Next::to(Place::Photos(At::Whose))),
    }
}

/// Takes a photo for an avatar, and goes where its photos are.
pub(super) async fn at(ctx: &Ctx<'_>, avatar: Uuid, said: &Said) -> Result<Next, ApiError> {
    receive(ctx, avatar, said, Next::to(Place::Photos(At::Upload { avatar }))).await
}

/// Takes a photo for an avatar, and goes on there. Says something only if something is wrong with it.
pub(in crate::screens) async fn receive(
    ctx: &Ctx<'_>,
    avatar: Uuid,
    said: &Said,
    next: Next,
) -> Result<Next, ApiError> {
    let file = match acceptable(ctx.texts, said) {
        Ok(file) => file,
        Err(words) => return Ok(next.saying(words)),
    };
    let photo = match ctx.telegram.open(file).await {
        Ok(photo) => photo,
        Err(error) if error.passes() => return Err(ApiError::Away(error.to_string())),
        Err(SendError::TooLarge) => return Ok(next.saying(t!(ctx.texts, "photos-too-large"))),
        Err(_) => return Ok(next.saying(t!(ctx.texts, "photos-not-given"))),
    };
    match ctx.api.upload_photo(&ctx.key("photo"), avatar, photo).await {
        Ok(report) => Ok(match report.results.first() {
            Some(result) => Next { words: told(ctx.texts, result), taken: taken(avatar, result), ..next },
            None => next,
        }),
        Err(ApiError::Refused(code)) if is_of_the_file(code) => {
            Ok(next.saying(format!("❌ {}", ctx.texts.problem(code))))
        }
        Err(error) => Err(error),
    }
}

/// The photo that a file has become, if it is a new one.
fn taken(avatar: Uuid, result: &UploadResult) -> Option<Taken> {
    let photo = result.photo.as_ref().filter(|_| result.outcome == UploadOutcome::Created)?;
    Some(Taken { avatar, photo: photo.id })
}

/// The file to take, or why it cannot be one: told before anything is fetched.
fn acceptable<'a>(texts: &Texts, said: &'a Said) -> Result<&'a FileRef, String> {
    let file = match said {
        Said::Photo(file) => return Ok(file),
        Said::Document(file) => file,
        Said::Text(_) | Said::Audio(_) | Said::Other => return Err(t!(texts, "photos-no-picture")),
    };
    let name = file.name.as_deref().unwrap_or_default().to_lowercase();
    let mime = file.mime.as_deref().unwrap_or("application/octet-stream").to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if matches!(mime.as_str(), "image/heic" | "image/heif") || ends(&[".heic", ".heif"]) {
        return Err(t!(texts, "photos-heic"));
    }
    let unnamed = mime == "application/octet-stream" && ends(&[".jpg", ".jpeg", ".png", ".webp"]);
    if !(mime.starts_with("image/") || unnamed) {
        return Err(t!(texts, "photos-no-picture"));
    }
    if file.size.is_some_and(|size| size > MAX_FILE) {
        return Err(t!(texts, "photos-too-large"));
    }
    Ok(file)
}

/// Whether a refusal is about the file, and not about the avatar.
const fn is_of_the_file(code: ProblemCode) -> bool {
    matches!(code.status(), 408 | 413 | 415 | 422)
}

/// What to say of a photo that has come in.
fn told(texts: &Texts, result: &UploadResult) -> Option<String> {
    match (result.outcome, &result.photo, &result.problem) {
        (UploadOutcome::Duplicate, ..) => Some(t!(texts, "photos-duplicate")),
        (UploadOutcome::Rejected, _, Some(problem)) => Some(format!("❌ {}", texts.problem(problem.code))),
        (_, Some(photo), _) => {
            let issue = gravest(&photo.issues)?;
            Some(format!("{} {}", sign(issue), escape(&issue.detail)))
        }
        _ => None,
    }
}

/// The question which avatar photos are for.
#[must_use]
pub(super) fn whose(texts: &Texts, avatars: &[Avatar]) -> View {
    let offered: Vec<&Avatar> = avatars.iter().filter(|avatar| avatar.status != AvatarStatus::Cancelled).collect();
    let words = if offered.is_empty() { t!(texts, "photos-whose-none") } else { t!(texts, "photos-whose") };
    let doors = offered.into_iter().take(BUTTONS);
    View::new(words)
        .grid(1, doors.map(|avatar| door(name_of(texts, avatar), Door::Photos(avatar.id))))
        .row([door(t!(texts, "home-new"), Door::New)])
        .back(texts)
}

#[cfg(test)]
mod tests {
    use aisha_openapi::photos::Photo;
    use aisha_openapi::vocabulary::{IssueCode, IssueSeverity, Locale};

    use super::super::super::fixtures::{HARD_NAME, avatar, golden, issue, photo, trained};
    use super::*;

    fn document(mime: Option<&str>, name: &str, size: u64) -> Said {
        let (mime, name) = (mime.map(str::to_owned), Some(name.to_owned()));
        Said::Document(FileRef { id: "1".to_owned(), size: Some(size), mime, name, message_id: 7 })
    }

    #[test]
    fn pictures_are_taken_and_the_rest_is_told_apart() {
        let texts = Texts::of(Locale::En);
        let words = |mime, name, size| acceptable(texts, &document(mime, name, size)).err();
        assert_eq!(words(Some("image/png"), "a.png", 5 << 20), None);
        assert_eq!(words(None, "IMG_1.JPG", 5 << 20), None);
        assert_eq!(words(Some("image/heic"), "IMG_1", 1 << 20), Some(t!(texts, "photos-heic")));
        assert_eq!(words(Some("application/octet-stream"), "IMG_1.HEIC", 1), Some(t!(texts, "photos-heic")));
        assert_eq!(words(Some("image/png"), "a.png", (20 << 20) + 1), Some(t!(texts, "photos-too-large")));
        assert_eq!(words(Some("application/pdf"), "a.pdf", 1), Some(t!(texts, "photos-no-picture")));
        assert_eq!(words(Some("video/mp4"), "a.jpg", 1), Some(t!(texts, "photos-no-picture")));
    }

    #[test]
    fn a_photo_is_spoken_of_only_when_something_is_wrong() {
        let texts = Texts::of(Locale::En);
        let came = |outcome, issues: Vec<_>| UploadResult {
            filename: None,
            outcome,
            photo: Some(Photo { issues, ..photo(1) }),
            problem: None,
        };
        let of = |severity| vec![issue(IssueCode::Blurry, severity, Locale::En)];
        assert_eq!(told(texts, &came(UploadOutcome::Created, vec![])), None);
        assert_eq!(told(texts, &came(UploadOutcome::Created, of(IssueSeverity::Info))), None);
        let words = told(texts, &came(UploadOutcome::Created, of(IssueSeverity::Warn)));
        assert_eq!(words.as_deref(), Some("⚠️ The photo is blurred."));
        assert_eq!(told(texts, &came(UploadOutcome::Duplicate, vec![])), Some(t!(texts, "photos-duplicate")));
    }

    #[test]
    fn who_it_is_for_is_asked() {
        golden("photos_whose_none", |texts| whose(texts, &[avatar("Ann", AvatarStatus::Cancelled)]));
        let unnamed = Avatar { name: None, ..avatar("", AvatarStatus::Draft) };
        golden("photos_whose", |texts| whose(texts, &[trained(HARD_NAME), unnamed.clone()]));
    }
}

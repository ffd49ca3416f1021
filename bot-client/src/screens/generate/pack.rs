//! A run of a pack: how far it is, and what came of it.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::packs::{PackProgress, PackRun};
use aisha_openapi::vocabulary::PackStatus;

use super::Tap;
use crate::buttons::{Button, Door};
use crate::screens::Parcel;
use crate::screens::avatars::titled;
use crate::texts::{Texts, t};
use crate::view::{View, bar, door, escape, key, shortened};

/// How many of its pictures have ended, however they ended.
const fn ended(progress: &PackProgress) -> i64 {
    progress.completed + progress.failed + progress.cancelled + progress.moderated
}

fn percent(progress: &PackProgress) -> u8 {
    u8::try_from(ended(progress) * 100 / progress.total.max(1)).unwrap_or(100)
}

/// What has become of it, in words.
fn outcome(texts: &Texts, run: &PackRun) -> String {
    let PackProgress { total, completed, .. } = run.progress;
    match run.status {
        PackStatus::Running if run.cancel_requested_at.is_some() => t!(texts, "generate-pack-stopping"),
        PackStatus::Running => t!(texts, "generate-pack-running"),
        PackStatus::Completed => t!(texts, "generate-pack-done", n = completed),
        PackStatus::Partial => t!(texts, "generate-pack-partly", n = completed, total = total),
        PackStatus::Failed => t!(texts, "generate-pack-failed"),
        PackStatus::Cancelled => t!(texts, "generate-pack-cancelled"),
    }
}

/// What it is, and whose.
fn title(texts: &Texts, run: &PackRun, avatar: &Avatar, name: Option<&str>) -> String {
    let name = name.map_or_else(|| t!(texts, "generate-pack-unnamed"), |name| escape(&shortened(name, 60)));
    let title = t!(texts, "generate-pack-title", name = name, avatar = titled(texts, avatar));
    if run.is_preview { format!("{title}\n{}", t!(texts, "generate-pack-preview")) } else { title }
}

/// Where its pictures are, all in one.
fn sheet_url(run: &PackRun) -> String {
    format!("/v1/packs/{}/sheet.jpg", run.id)
}

/// A run of a pack, which people call by this name if it is still offered.
pub(super) fn run(texts: &Texts, run: &PackRun, avatar: &Avatar, name: Option<&str>) -> View {
    let mut text = title(texts, run, avatar, name);
    text = format!("{text}\n\n{}", outcome(texts, run));
    let under_way = run.status == PackStatus::Running;
    if under_way {
        let (done, total) = (ended(&run.progress), run.progress.total);
        text = format!("{text}\n\n{} {done} / {total}", bar(percent(&run.progress)));
    }
    let mut view = View::new(text);
    let completed = run.progress.completed;
    if !under_way && completed > 0 {
        view = view.with_picture(format!("pack:{}:{completed}", run.id), sheet_url(run));
    }
    let tap = |label: String, tap| key(label, Button::Generate(tap));
    if completed > 0 {
        view = view.row([tap(t!(texts, "generate-pack-pictures", n = completed), Tap::Pictures)]);
    }
    if under_way {
        let stop = run.cancel_requested_at.is_none().then(|| tap(t!(texts, "button-cancel"), Tap::Cancel));
        view = view.row([key(t!(texts, "button-refresh"), Button::Refresh)].into_iter().chain(stop));
    } else {
        view = view.row([
            tap(t!(texts, "generate-pack-another"), Tap::Another),
            door(t!(texts, "home-generate"), Door::Generate(avatar.id)),
        ]);
    }
    view.back(texts)
}

/// Whether it shall really stop.
pub(super) fn stop(texts: &Texts, run: &PackRun) -> View {
    View::new(t!(texts, "generate-pack-stop-ask", n = run.progress.completed))
        .row([key(t!(texts, "generate-pack-stop-yes"), Button::Generate(Tap::ReallyCancel))])
        .row([key(t!(texts, "generate-pack-stop-no"), Button::Back)])
}

/// All its pictures in one, once it has ended; `None` where there is none to see.
pub(super) fn sheet(texts: &Texts, run: &PackRun, avatar: &Avatar, name: Option<&str>) -> Option<Parcel> {
    let caption = format!("{}\n\n{}", title(texts, run, avatar, name), outcome(texts, run));
    (run.progress.completed > 0).then(|| Parcel::Album { urls: vec![sheet_url(run)], caption })
}

/// What is told when it has ended without a picture.
pub(super) fn notice(texts: &Texts, run: &PackRun, avatar: &Avatar, name: Option<&str>) -> View {
    View::new(format!("{}\n\n{}", title(texts, run, avatar, name), outcome(texts, run)))
        .row([door(t!(texts, "generate-open-failed"), Door::Pack(run.id))])
        .row([door(t!(texts, "generate-other"), Door::Generate(avatar.id)), door(t!(texts, "button-menu"), Door::Home)])
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::Locale;

    use super::*;
    use crate::screens::fixtures::{HARD_NAME, golden, noon, pack_run, trained};

    #[test]
    fn a_run_in_each_of_its_states() {
        let ann = trained(HARD_NAME);
        let runs = [
            ("begun", pack_run(PackStatus::Running, 0, 0)),
            ("running", pack_run(PackStatus::Running, 4, 1)),
            ("stopping", PackRun { cancel_requested_at: Some(noon()), ..pack_run(PackStatus::Running, 4, 1) }),
            ("completed", pack_run(PackStatus::Completed, 12, 0)),
            ("preview", PackRun { is_preview: true, ..pack_run(PackStatus::Completed, 12, 0) }),
            ("partial", pack_run(PackStatus::Partial, 9, 3)),
            ("failed", pack_run(PackStatus::Failed, 0, 12)),
            ("cancelled", pack_run(PackStatus::Cancelled, 0, 0)),
        ];
        for (name, shown) in &runs {
            golden(&format!("generate_pack_{name}"), |texts| run(texts, shown, &ann, Some("Film & <noir>")));
            if matches!(shown.status, PackStatus::Failed | PackStatus::Cancelled) {
                golden(&format!("generate_pack_notice_{name}"), |texts| notice(texts, shown, &ann, None));
            }
        }
        let told = |run| sheet(Texts::of(Locale::En), run, &ann, None);
        let caption = "📦 <b>Set of pictures</b> with <b>&lt;b&gt;_*A&amp;nna*_&lt;/b&gt;</b>\n\n\
                       ✅ 9 of 12 pictures are there. The others did not work out.";
        let urls = vec!["/v1/packs/01990000-0000-7000-8000-00000000001e/sheet.jpg".to_owned()];
        assert_eq!(told(&runs[5].1), Some(Parcel::Album { urls, caption: caption.to_owned() }));
        assert_eq!(told(&runs[6].1), None);
        golden("generate_pack_unnamed", |texts| run(texts, &runs[3].1, &ann, None));
        golden("generate_pack_stop", |texts| stop(texts, &runs[1].1));
    }
}

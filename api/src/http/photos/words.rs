//! The sentences about photos, in every language we speak. A test holds them complete; the codes they stand for are the
//! contract.

use aisha_imaging::{Found, ImageError};
use aisha_openapi::vocabulary::{IssueCode, RecommendationCode};

use crate::domain::photo::preflight::Advice;
use crate::http::language::Language;

/// What is the matter with a photo, and what would help.
pub(super) const fn issue(code: IssueCode, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => issue_en(code),
        Language::Ru => issue_ru(code),
    }
}

const fn issue_en(code: IssueCode) -> (&'static str, &'static str) {
    match code {
        IssueCode::NoFace => (
            "No face was found.",
            "Take a photo in which the face is turned to the camera, lit from the front and not covered.",
        ),
        IssueCode::MultipleFaces => {
            ("More than one face was found.", "Take a photo of the person alone, or crop the others away.")
        }
        IssueCode::FaceTooSmall => ("The face is very small.", "Come closer, or crop the photo to the person."),
        IssueCode::Blurry => (
            "The photo is blurred.",
            "Hold the camera still and wait for it to focus; take the sharpest of several shots.",
        ),
        IssueCode::TooDark => ("The photo is too dark.", "Take it by daylight or turn on more light."),
        IssueCode::TooBright => ("The photo is too bright.", "Step out of the direct light, or lower the exposure."),
        IssueCode::LowContrast => ("The photo is flat.", "Avoid fog, backlight and filters; clean the lens."),
        IssueCode::Noisy => ("The photo is grainy.", "Take it in better light, or without digital zoom."),
        IssueCode::LowQuality => (
            "The photo is weak in several ways.",
            "Send the original instead of a screenshot or a forwarded copy, or take it again in good light.",
        ),
        IssueCode::NearDuplicate => (
            "Another photo of this avatar looks the same.",
            "Keep the sharper one and send a different moment: another pose, place or day.",
        ),
    }
}

const fn issue_ru(code: IssueCode) -> (&'static str, &'static str) {
    match code {
        IssueCode::NoFace => (
            "Лицо не найдено.",
            "Снимите так, чтобы лицо было повёрнуто к камере, освещено спереди и ничем не закрыто.",
        ),
        IssueCode::MultipleFaces => {
            ("На фото больше одного лица.", "Снимите человека одного или обрежьте фото, чтобы других не было видно.")
        }
        IssueCode::FaceTooSmall => ("Лицо слишком мелкое.", "Подойдите ближе или обрежьте фото вокруг человека."),
        IssueCode::Blurry => (
            "Фото размыто.",
            "Держите камеру неподвижно и дождитесь фокуса; из нескольких кадров выберите самый резкий.",
        ),
        IssueCode::TooDark => ("Фото слишком тёмное.", "Снимите при дневном свете или добавьте освещения."),
        IssueCode::TooBright => ("Фото слишком светлое.", "Уйдите от прямого света или уменьшите экспозицию."),
        IssueCode::LowContrast => ("Фото блёклое.", "Избегайте дымки, контрового света и фильтров; протрите объектив."),
        IssueCode::Noisy => ("На фото много шума.", "Снимите при лучшем свете и без цифрового увеличения."),
        IssueCode::LowQuality => (
            "Фото слабое сразу по нескольким причинам.",
            "Пришлите оригинал, а не снимок экрана или пересланную копию, или переснимите при хорошем свете.",
        ),
        IssueCode::NearDuplicate => (
            "Другое фото этого аватара выглядит так же.",
            "Оставьте более резкое и пришлите другой момент: другую позу, место или день.",
        ),
    }
}

/// Why a file is not taken, and what would help.
pub(super) fn refusal(error: &ImageError, language: Language) -> String {
    match language {
        Language::En => error.to_string(),
        Language::Ru => refusal_ru(error),
    }
}

fn refusal_ru(error: &ImageError) -> String {
    match error {
        ImageError::FileTooLarge { limit, .. } => {
            format!("Файл больше {} МБ. Сохраните фото меньшим размером или с более сильным сжатием.", limit >> 20)
        }
        ImageError::UnsupportedFormat { found } => found_ru(*found).to_owned(),
        ImageError::ResolutionTooLow { width, height, limit } => format!(
            "В фото {width}×{height} пикселей, а короткой стороне нужно не меньше {limit}. Пришлите оригинал, а не \
             превью и не снимок экрана."
        ),
        ImageError::ResolutionTooHigh { width, height, limit } => format!(
            "В фото {width}×{height} пикселей, а длинная сторона может быть не больше {limit}. Уменьшите фото и пришлите \
             снова."
        ),
        // Also whatever joins the list: the file could not be read.
        _ => "Файл повреждён или передан не целиком. Пришлите фото ещё раз из исходного файла.".to_owned(),
    }
}

const fn found_ru(found: Found) -> &'static str {
    match found {
        Found::Heic => {
            "Это HEIC, а принимаются JPEG, PNG и WebP. На iPhone выберите «Настройки › Камера › Форматы › Наиболее \
             совместимые» или отправьте как фото, а не как файл."
        }
        Found::Avif | Found::JpegXl | Found::Bmp | Found::Tiff | Found::Photoshop => {
            "Этот формат не принимается. Сохраните или экспортируйте снимок как JPEG и пришлите снова."
        }
        Found::Gif | Found::Video | Found::AnimatedPng | Found::AnimatedWebp => {
            "Это движущееся изображение. Пришлите неподвижное фото в JPEG, PNG или WebP."
        }
        Found::Svg | Found::Pdf | Found::Archive => "Это не фотография. Пришлите сам снимок в JPEG, PNG или WebP.",
        Found::RareJpeg => "Это JPEG редкого вида. Сохраните его как обычный JPEG и пришлите снова.",
        Found::Nothing => "Файл пустой. Пришлите фото ещё раз.",
        _ => "Это не изображение, которое можно прочитать; принимаются JPEG, PNG и WebP.",
    }
}

/// What to do before training.
pub(super) fn advice(advice: &Advice, minimum: i64, language: Language) -> String {
    let count = advice.count;
    match language {
        Language::En => advice_en(advice.code, count, minimum),
        Language::Ru => advice_ru(advice.code, count, minimum),
    }
}

fn advice_en(code: RecommendationCode, count: i64, minimum: i64) -> String {
    use RecommendationCode as Code;
    let photos = if count == 1 { "1 photo".to_owned() } else { format!("{count} photos") };
    match code {
        Code::CompleteDetails => "Complete the avatar: some of its details are missing.".to_owned(),
        Code::AddPhotos => format!("Add {photos}: a training needs at least {minimum}."),
        Code::ReplaceRejected => format!("Replace {photos} that cannot be used."),
        Code::ExcludeNearDuplicates => format!("Leave out {photos}: others show the same moment."),
        Code::ReplaceWeak => format!("Replace {photos} if you have better ones."),
        Code::AddMorePhotos => format!("Add {photos} more for a better likeness."),
        Code::AddCloseUps => "Add a close-up in which the face fills the picture.".to_owned(),
        Code::AddHalfBody => "Add a photo from the waist up.".to_owned(),
        Code::AddFullBody => "Add a photo of the whole person.".to_owned(),
        Code::VaryLight => "All photos were taken in the same light: add others, by day and indoors.".to_owned(),
        Code::VaryDays => "All photos are from one day: add some with other clothes and places.".to_owned(),
        Code::UsedElsewhere => format!("Another avatar of yours has {photos} of these too: is this the right one?"),
    }
}

fn advice_ru(code: RecommendationCode, count: i64, minimum: i64) -> String {
    use RecommendationCode as Code;
    match code {
        Code::CompleteDetails => "Дополните аватар: указаны не все данные.".to_owned(),
        Code::AddPhotos => format!("Добавьте ещё фото: не хватает {count}, а для обучения нужно не меньше {minimum}."),
        Code::ReplaceRejected => format!("Замените непригодные фото: {count}."),
        Code::ExcludeNearDuplicates => format!("Исключите почти одинаковые фото: {count}."),
        Code::ReplaceWeak => format!("Замените слабые фото, если есть лучше: {count}."),
        Code::AddMorePhotos => format!("Для лучшего сходства добавьте ещё фото: {count}."),
        Code::AddCloseUps => "Добавьте крупный план, где лицо занимает кадр.".to_owned(),
        Code::AddHalfBody => "Добавьте фото по пояс.".to_owned(),
        Code::AddFullBody => "Добавьте фото в полный рост.".to_owned(),
        Code::VaryLight => "Все фото сняты при одном свете: добавьте другие, днём и в помещении.".to_owned(),
        Code::VaryDays => "Все фото сняты в один день: добавьте снимки в другой одежде и в других местах.".to_owned(),
        Code::UsedElsewhere => format!("Эти фото есть и в другом вашем аватаре: {count}. Тот ли это аватар?"),
    }
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::Importance;

    use super::*;

    fn is_russian(text: &str) -> bool {
        text.chars().any(|letter| ('а'..='я').contains(&letter))
    }

    #[test]
    fn every_issue_has_its_own_sentences_in_both_languages() {
        for (index, &code) in IssueCode::ALL.iter().enumerate() {
            let (detail, fix) = issue(code, Language::Ru);
            assert!(is_russian(detail) && is_russian(fix), "{code}");
            let (detail, fix) = issue(code, Language::En);
            assert!(!is_russian(detail) && !is_russian(fix), "{code}");
            let others = IssueCode::ALL[..index].iter().map(|&other| issue(other, Language::En));
            assert!(others.into_iter().all(|other| other.0 != detail && other.1 != fix), "{code}");
        }
    }

    #[test]
    fn every_recommendation_has_its_sentence_in_both_languages() {
        for &code in RecommendationCode::ALL {
            let one = Advice { code, importance: Importance::Advised, count: 1, photos: Vec::new() };
            assert!(is_russian(&advice(&one, 5, Language::Ru)), "{code}");
            assert!(!is_russian(&advice(&one, 5, Language::En)), "{code}");
        }
    }

    #[test]
    fn every_refusal_speaks_russian_to_who_asks_for_it() {
        let refusals = [
            ImageError::FileTooLarge { bytes: 11 << 20, limit: 10 << 20 },
            ImageError::UnsupportedFormat { found: Found::Heic },
            ImageError::UnsupportedFormat { found: Found::Unknown },
            ImageError::Corrupt { reason: "its data ends too early".into() },
            ImageError::ResolutionTooLow { width: 100, height: 80, limit: 512 },
            ImageError::ResolutionTooHigh { width: 9000, height: 80, limit: 4096 },
        ];
        for error in &refusals {
            assert!(is_russian(&refusal(error, Language::Ru)), "{error}");
            assert_eq!(refusal(error, Language::En), error.to_string());
        }
    }
}

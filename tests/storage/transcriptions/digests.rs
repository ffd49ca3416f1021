//! What is made of texts, once a wish.

use aisha_api::domain::ids::DigestId;
use aisha_api::domain::transcription::{Digest, Transcription};
use aisha_api::storage::transcriptions;
use aisha_openapi::vocabulary::{DigestKind as K, DigestStatus as S};
use uuid::Uuid;

use crate::store::{NAME, Store, at};

crate::on_both!(
    a_wish_is_written_once,
    what_failed_may_be_wished_again,
    notes_are_kept_until_the_whole_is_written,
    who_is_not_the_owner_sees_nothing
);

fn wish(of: &Transcription, kind: K, language: Option<&str>) -> Digest {
    Digest {
        id: DigestId(Uuid::now_v7()),
        user_id: of.user_id,
        transcription_id: of.id,
        kind,
        language: language.map(str::to_owned),
        status: S::Pending,
        text: None,
        error_code: None,
        error_message: None,
        created_at: at(10),
        completed_at: None,
    }
}

async fn begin(store: &Store, digest: &Digest) -> Digest {
    store.write(async |tx| transcriptions::begin_digest(tx, digest).await).await.unwrap()
}

async fn end(store: &Store, digest: &Digest) -> bool {
    store.write(async |tx| transcriptions::end_digest(tx, digest, at(20)).await).await.unwrap()
}

async fn a_wish_is_written_once(store: Store) {
    let ann = store.user("ann").await;
    let of = store.transcribed(ann).await;
    let first = begin(&store, &wish(&of, K::Summary, None)).await;
    assert_eq!(begin(&store, &wish(&of, K::Summary, None)).await, first, "the same again is the same");
    let others = [wish(&of, K::Summary, Some("ru")), wish(&of, K::Minutes, None)];
    for other in &others {
        assert_eq!(begin(&store, other).await, *other, "another wish");
    }
    let done = Digest { status: S::Completed, text: Some(format!("{NAME}\0")), ..first.clone() };
    assert!(end(&store, &done).await);
    assert!(!end(&store, &Digest { status: S::Failed, ..first.clone() }).await, "once");
    let kept = begin(&store, &wish(&of, K::Summary, None)).await;
    assert_eq!((kept.status, kept.text.as_deref(), kept.completed_at), (S::Completed, Some(NAME), Some(at(20))));
    let found = transcriptions::find_digest(&store.db, ann, of.id, K::Summary, None).await.unwrap();
    assert_eq!(found, Some(kept.clone()));
    assert_eq!(transcriptions::find_digest_for_job(&store.db, kept.id).await.unwrap(), Some(kept));
    assert_eq!(transcriptions::list_digests(&store.db, ann, of.id).await.unwrap().len(), 3);
    let touched = transcriptions::find(&store.db, ann, of.id).await.unwrap().expect("it is there");
    assert_eq!(touched.updated_at, at(20), "it is seen that something has changed");
}

async fn what_failed_may_be_wished_again(store: Store) {
    let ann = store.user("ann").await;
    let of = store.transcribed(ann).await;
    let first = begin(&store, &wish(&of, K::Todo, Some("en"))).await;
    let (code, message) = (Some("not_written".to_owned()), Some("no\0 answer".to_owned()));
    assert!(
        end(&store, &Digest { status: S::Failed, error_code: code, error_message: message, ..first.clone() }).await
    );
    let failed = transcriptions::find_digest_for_job(&store.db, first.id).await.unwrap().expect("it is there");
    assert_eq!((failed.status, failed.error_message.as_deref()), (S::Failed, Some("no answer")));
    let again = begin(&store, &Digest { created_at: at(30), ..wish(&of, K::Todo, Some("en")) }).await;
    assert_eq!((again.id, again.status, again.created_at), (first.id, S::Pending, at(30)));
    assert_eq!((again.error_code, again.completed_at), (None, None));
}

async fn notes_are_kept_until_the_whole_is_written(store: Store) {
    let ann = store.user("ann").await;
    let of = store.transcribed(ann).await;
    let digest = begin(&store, &wish(&of, K::Summary, None)).await;
    let notes = async || transcriptions::list_notes(&store.db, digest.id).await.unwrap();
    let keep = async |number: i64, note: &str| {
        transcriptions::keep_note(&store.db, digest.id, number, note).await.unwrap();
    };
    keep(0, &format!("{NAME}\0")).await;
    keep(10, "the last").await;
    keep(2, "the second").await;
    keep(2, "another second").await;
    assert_eq!(notes().await, [NAME, "the second", "the last"], "in order, and each once");
    assert!(end(&store, &Digest { status: S::Completed, ..digest.clone() }).await);
    keep(1, "too late").await;
    assert!(notes().await.is_empty(), "the whole is there");
}

async fn who_is_not_the_owner_sees_nothing(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let of = store.transcribed(ann).await;
    begin(&store, &wish(&of, K::Todo, None)).await;
    assert_eq!(transcriptions::find_digest(&store.db, bob, of.id, K::Todo, None).await.unwrap(), None);
    assert_eq!(transcriptions::list_digests(&store.db, bob, of.id).await.unwrap(), []);
}

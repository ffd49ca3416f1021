//! Journeys: what a person does from beginning to end, on both databases and both stores.

mod make_a_pack;
mod make_pictures;
mod train_an_avatar;

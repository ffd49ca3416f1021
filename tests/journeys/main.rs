//! Journeys: what a person does from beginning to end, on both databases and both stores.

mod train_an_avatar;

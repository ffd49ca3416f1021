//! Aisha, the service: personal AI avatars over HTTP.
//!
//! The rooms, in the order in which they are best read:
//!
//! 1. [`domain`]: what things are, which states they have and which steps are allowed. No I/O.
//! 2. [`storage`]: the database, SQLite or Postgres, each query written once.
//! 3. [`files`]: the object store, a folder or a bucket. [`fal`]: all that knows fal.ai, and its sandbox. Pictures are
//!    read in the crate `aisha-imaging`, prompts are worked on in [`prompts`]. [`webhooks`]: the way to those who are told.
//! 4. [`http`]: the door. [`workers`]: the jobs and loops behind it. The two never import each other; they meet in jobs,
//!    and in [`launch`], where pictures are begun.
//! 5. [`config`]: the settings. [`metrics`]: what is counted. [`feed`]: new events, handed to all who
//!    listen. [`inventory`]: the store compared with what the database knows of it. [`rate_limits`]: who has asked how
//!    often. [`app`]: what door and workers share. [`service`]: all of it, opened and closed.
//! 6. [`cli`], [`accounts`] and [`demo`]: what a person at a terminal needs.
//!
//! The way of a photo: `http::photos::upload` reads it, `http::photos::intake` has it looked at, stores it and writes its
//! row. The way of a training: `http::trainings::start` writes run, job and event; `workers::prepare_training` packs the
//! photos, `workers::submit_training` brings them to fal, and `workers::apply_fal_result` takes over what fal made of
//! them, whether the webhook, the sweep or its own clock called it.
//! Generations and transcriptions go through fal's queue on one and the same way, `workers::errand`.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod fal;
pub mod feed;
pub mod files;
pub mod http;
pub mod inventory;
pub mod launch;
pub mod metrics;
pub mod prompts;
pub mod rate_limits;
pub mod service;
pub mod storage;
pub mod webhooks;
pub mod workers;

//! The contract of the HTTP API, a file a resource, each rule with its status and its code.

mod albums;
mod archives;
mod auth;
mod avatars;
mod consumers;
mod deletions;
mod events;
mod fal_webhook;
mod gallery;
mod generations;
mod idempotency;
mod judgement;
mod me;
mod measuring;
mod objects;
mod openapi;
mod owners;
mod photos;
mod problems;
mod shares;
mod spending;
mod statistics;
mod streams;
mod trainings;
mod uploads;
mod versions;

//! The contract of the HTTP API, a file a resource, each rule with its status and its code.

mod albums;
mod api_keys;
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
mod spending;
mod streams;
mod trainings;
mod uploads;
mod versions;
mod webhook_endpoints;

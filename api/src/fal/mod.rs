//! All that knows fal.ai, which trains the models and draws with them.
//!
//! In reading order: [`FalSettings`] says where fal is; [`Fal`] is the client (`upload`, `submit`, `status`, `result`,
//! `cancel`, `download`); [`FalError`] tells a refusal from an unknown outcome, which is the difference between "try
//! again" and "pay twice"; [`WebhookVerifier`] reads fal's signed deliveries; [`Trainer`] knows what each trainer is
//! fed, costs and gives back, [`generators`] the same of what draws pictures with it, and [`transcribers`] of what listens;
//! [`sandbox`] speaks the same
//! protocol on loopback, so that the service and its tests run without an account. The room depends on no other room of
//! the service.

mod address;
mod client;
mod error;
mod failure;
#[cfg(test)]
mod fixtures;
pub mod generators;
mod safetensors;
pub mod sandbox;
mod settings;
pub mod signature;
mod trainers;
pub mod transcribers;
mod webhooks;
mod wire;

pub use client::{Fal, install_tls};
pub use error::FalError;
pub use settings::{FalSettings, FileHosts};
pub use trainers::{Plan, Price, Trainer, Weights, progress};
pub use webhooks::{Delivery, DeliveryStatus, WebhookError, WebhookVerifier};
pub use wire::{CancelAnswer, Handle, LogLine, Outcome, Status, Submitted};

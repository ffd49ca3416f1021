//! The way of a generation through fal's queue.

crate::storage::run_steps::run_steps!("generations", "generation_attempts", "generation_id", GenerationId);

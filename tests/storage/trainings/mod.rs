//! Trainings: read in `reading`, moved on in `steps`.

mod history;
mod reading;
mod steps;

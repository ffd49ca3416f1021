//! Trainings: read in `reading`, moved on in `steps`.

mod reading;
mod steps;

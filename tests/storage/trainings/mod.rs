//! Trainings: read in `reading`, moved on in `steps`, and all their ways in `machine`.

mod history;
mod machine;
mod reading;
mod steps;

pub(crate) use self::machine::ways;

//! Generations: moved on in `steps`, all their ways in `machine`, and the lists of them in `gallery`.

mod gallery;
mod machine;
mod steps;

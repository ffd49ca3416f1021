//! Generations: their steps in `steps`, the ways through them in `gallery`.

mod gallery;
mod steps;

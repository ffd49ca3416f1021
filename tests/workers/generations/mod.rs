//! The same of generations: pictures that are made, lost, refused and killed on the way. `studio` is what the tests share.

mod deliveries;
mod faults;
mod kills;
mod lanes;
mod matrix;
mod processes;
mod studio;

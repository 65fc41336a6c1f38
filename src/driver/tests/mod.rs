//! Models of parking.

mod loom_parker;

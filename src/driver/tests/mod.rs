//! Models of parking.

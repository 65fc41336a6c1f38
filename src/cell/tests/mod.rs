//! Models and tests of the cell.

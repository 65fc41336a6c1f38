//! What `#[main]` and `#[test]` refuse, and with which message.

#![cfg(all(feature = "macros", feature = "rt-multi-thread"))]

#[test]
fn misuse_of_the_attributes_is_a_compile_error_at_its_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/macros_*.rs");
}

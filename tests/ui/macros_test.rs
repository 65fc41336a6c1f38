//! What differs between `#[test]` and `#[main]`.

fn main() {}

#[runtime::test(worker_threads = 2)]
async fn workers_need_a_flavor() {}

#[runtime::test]
#[test]
async fn test_twice() {}

#[runtime::test]
#[::core::prelude::v1::test]
async fn test_twice_by_path() {}

#[runtime::test]
async fn takes_arguments(_case: u32) {}

#[runtime::test]
fn not_async() {}

#[runtime::test(unknown = 1)]
async fn arguments_are_those_of_main() {}

//! Arguments of the attributes.

fn main() {}

#[runtime::main(threads = 4)]
async fn unknown() {}

#[runtime::main(flavor = "current_thread", flavor = "multi_thread")]
async fn twice() {}

#[runtime::main(multi_thread)]
async fn flavor_without_its_name() {}

#[runtime::main(worker_threads)]
async fn no_value() {}

#[runtime::main(4)]
async fn no_name() {}

#[runtime::main(flavor = multi_thread)]
async fn flavor_without_quotes() {}

#[runtime::main(flavor = "threaded")]
async fn no_such_flavor() {}

#[runtime::main(flavor = "local", worker_threads = 4)]
async fn local_workers() {}

#[runtime::main(worker_threads = "4")]
async fn workers_in_quotes() {}

#[runtime::main(worker_threads = -4)]
async fn negative_workers() {}

#[runtime::main(worker_threads = 99999999999999999999)]
async fn too_many_workers() {}

#[runtime::main(worker_threads = 0)]
async fn no_workers() {}

#[runtime::main(flavor = "current_thread", worker_threads = 4)]
async fn workers_without_a_place() {}

#[runtime::main(start_paused = 1)]
async fn paused_by_number() {}

#[runtime::main(flavor = "multi_thread", start_paused = true)]
async fn paused() {}

#[runtime::main(crate = runtime)]
async fn path_without_quotes() {}

#[runtime::main(crate = "not a path")]
async fn no_path() {}

#[runtime::main(threads = 4, worker_threads = 0)]
async fn two_faults_are_two_messages() {}

#[runtime::test(flavor = "multithread", worker_threads = 2)]
async fn one_fault_is_one_message() {}

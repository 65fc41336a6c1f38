//! Functions that cannot be a program.

fn main() {}

#[runtime::main]
fn not_async() {}

#[runtime::main]
async fn generic<T>() {}

#[runtime::main]
async fn bounded()
where
    u32: Copy,
{
}

#[runtime::main]
async unsafe fn not_safe() {}

#[runtime::main]
async extern "C" fn foreign() {}

struct Server;

impl Server {
    #[runtime::test]
    async fn method(&self) {}
}

#[runtime::main]
struct NoFunction;

#[runtime::main(threads = 4)]
fn every_fault_is_reported<T>(_count: T) {}

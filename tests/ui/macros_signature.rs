//! Functions that cannot be a program.

fn main() {}

#[runtime::main]
fn not_async() {}

#[runtime::main]
async fn takes_arguments(_count: u32, _name: &str) {}

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
    #[runtime::main]
    async fn method(&self) {}
}

#[runtime::main]
struct NoFunction;

#[runtime::main(threads = 4)]
fn every_fault_is_reported(_count: u32) {}

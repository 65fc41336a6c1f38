//! From names to addresses, and what is done with several of them.
//!
//! The system's look-up blocks, so it is made by the blocking pool.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::panic::Location;

use super::addr::{Addresses, Target, ToSocketAddrs, invalid};
use crate::coop::{self, WaitReason};
use crate::runtime;
use crate::task::JoinHandle;

/// A look-up that waits for a thread of the pool, or has one.
struct Lookup(JoinHandle<io::Result<Vec<SocketAddr>>>);

impl Lookup {
    fn begin(name: String, port: u16) -> io::Result<Self> {
        let look = move || Ok((name.as_str(), port).to_socket_addrs()?.collect());
        runtime::spawn_blocking(look, Location::caller()).map(Self)
    }
}

/// Nobody wants the answer any more: a look-up that has not begun does not begin.
impl Drop for Lookup {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn look_up(name: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut lookup = Lookup::begin(name, port)?;
    coop::waiting_for(WaitReason::Lookup, &mut lookup.0).await?
}

/// The addresses that something stands for.
async fn resolve(target: impl ToSocketAddrs) -> io::Result<Addresses> {
    let (name, port) = match target.target()? {
        Target::Known(addresses) => return Ok(addresses),
        Target::Name(name, port) => (name, port),
    };
    let found = look_up(name.clone(), port).await;
    found.map(Addresses::from).map_err(|error| {
        io::Error::new(error.kind(), format!("the name `{name}` cannot be looked up: {error}"))
    })
}

/// Tries each address until one succeeds, else fails with the error of the last.
///
/// It takes one unit of the budget, since some attempts never wait, and may fail again and again.
pub(super) async fn try_each<T, F>(
    target: impl ToSocketAddrs,
    mut attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    poll_fn(coop::poll_complete).await;
    let mut last = nothing();
    for address in resolve(target).await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The address that is tried first.
pub(super) async fn first(target: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    resolve(target).await?.next().ok_or_else(nothing)
}

fn nothing() -> io::Error {
    invalid("there is no address to try".to_owned())
}

/// The addresses that `host` stands for.
///
/// A name other than `localhost` is looked up by the system, in its hosts file and in DNS, say. As the system blocks
/// meanwhile, this is done by the blocking pool, see [`spawn_blocking`](crate::task::spawn_blocking): many look-ups at
/// a time wait for one another there once the pool is full. Addresses are not looked up, and take no thread.
///
/// # Cancel safety
///
/// Dropping it loses the answer. The system is not asked if it was not yet; else a thread is busy until it answers.
///
/// # Errors
///
/// If it is a text that stands for no address, if the name is not known or nobody answers, or if there is no thread for the
/// look-up.
///
/// # Examples
///
/// ```
/// runtime::block_on(async {
///     let addresses: Vec<_> = runtime::net::lookup_host("localhost:80").await?.collect();
///     assert!(addresses.iter().all(|address| address.ip().is_loopback()));
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub async fn lookup_host<T: ToSocketAddrs>(
    host: T,
) -> io::Result<impl Iterator<Item = SocketAddr>> {
    resolve(host).await
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::mpsc::channel;

    use super::Lookup;

    #[test]
    fn a_look_up_that_is_dropped_before_it_began_does_not_begin() {
        let mut builder = crate::Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(1).build().expect("no stack size was chosen");
        let (free, is_free) = channel::<()>();
        let busy = runtime.spawn_blocking(move || is_free.recv().is_err());
        let asked = Arc::new(AtomicBool::new(false));
        let asks = asked.clone();
        drop(Lookup(runtime.spawn_blocking(move || {
            asks.store(true, SeqCst);
            Ok(Vec::new())
        })));
        drop(free);
        runtime.block_on(async {
            busy.await.expect("the closure returns");
            runtime.spawn_blocking(|| ()).await.expect("it comes behind the look-up");
        });
        assert!(!asked.load(SeqCst));
    }
}

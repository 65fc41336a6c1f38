//! An attempt to connect is not over when the system reports something, but when it is over.
//!
//! A socket that is registered before it is connected is reported at once, as writable and hung up. Tokio's issue 3879
//! took the one for success; to take the other for failure would be no better.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream as Foreign};
use std::pin::pin;
use std::task::Context;

use rustix::net::{AddressFamily, SocketType, connect, socket};

use crate::net::TcpStream;
use crate::runtime::{Builder, Runtime, driver};
use crate::util::tests::wakers::Wakes;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("no stack size was chosen")
}

/// A port where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Waits for the end of an attempt that only begins when its early report has been seen.
async fn attempt(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = Foreign::from(socket(AddressFamily::INET, SocketType::STREAM, None)?);
    stream.set_nonblocking(true)?;
    let duplicate = stream.try_clone()?;
    let handle = driver::io()?;
    let stream = TcpStream::new(&handle, mio::net::TcpStream::from_std(stream))?;
    let early = stream.ready(crate::io::Interest::WRITABLE).await?;
    assert!(early.is_write_closed(), "this test is about a report that comes early");

    let wakes = Wakes::new();
    let mut connected = pin!(stream.connected());
    let first = connected.as_mut().poll(&mut Context::from_waker(&wakes.waker()));
    assert!(first.is_pending(), "it has not begun: {first:?}");
    // The refusal of a port on this machine may come at once, and through both.
    if let Err(error) = connect(&duplicate, &address)
        && error != rustix::io::Errno::INPROGRESS
    {
        return Err(error.into());
    }
    connected.await
}

#[test]
fn an_early_report_is_no_connection() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let stream = runtime().block_on(attempt(address)).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), address);
}

#[test]
fn a_refusal_after_an_early_report_is_told() {
    let error = runtime().block_on(attempt(nobody())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

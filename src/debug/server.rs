//! The thread that serves the page, and how it begins and ends.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use super::connection;
use super::routes::Site;
use crate::net::{TcpListener, TcpSocket};
use crate::runtime::{self, Runtime};
use crate::scheduler::deadlock::Known;
use crate::sync::oneshot;
use crate::util::process::Process;

/// So many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Serves the page at a loopback address, until the program ends or [`Server::shutdown`] is called.
///
/// With port 0 it is any that is free; [`Server::local_addr`] says which. [The module](mod@crate::debug) tells what there is to be seen.
///
/// It starts a thread, may be called from anywhere, and does not wait for a client. If the address has a name in it, that is looked up,
/// which may block for a while.
///
/// # Errors
///
/// If the address is not a loopback address, see [`Builder::allow_remote`]; if it is in use; if the system has no descriptor or thread
/// left.
///
/// # Examples
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// let page = runtime::debug::serve("127.0.0.1:0")?;
/// let mut client = TcpStream::connect(page.local_addr())?;
/// client.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK"));
/// page.shutdown();
/// # std::io::Result::Ok(())
/// ```
pub fn serve(addr: impl ToSocketAddrs) -> io::Result<Server> {
    Builder::new().serve(addr)
}

/// Serves the page with other than the default settings.
///
/// # Examples
///
/// Where the machine's network is a container's, which lets through what it is told to:
///
/// ```no_run
/// let page = runtime::debug::Builder::new().allow_remote().serve("0.0.0.0:6060")?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    allows_remote: bool,
}

/// A page that is being served.
///
/// To drop this changes nothing: the page is there until the program ends. [`shutdown`](Self::shutdown) ends it before.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
    process: Process,
}

impl Builder {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets other machines look: any address may be bound, and requests may name any host.
    ///
    /// There is no password and no encryption. Whoever can reach the address sees the names, types and places of all tasks, and can
    /// make the program spend some of its time on telling them. So can a foreign page in the browser of somebody who can, if its
    /// name is pointed to that address, as names are not looked at any more.
    pub fn allow_remote(&mut self) -> &mut Self {
        self.allows_remote = true;
        self
    }

    /// Serves the page; see [`serve`](fn@serve), which tells of the errors too.
    pub fn serve(&self, addr: impl ToSocketAddrs) -> io::Result<Server> {
        let addresses: Vec<_> = addr.to_socket_addrs()?.collect();
        if !self.allows_remote {
            addresses.iter().try_for_each(check_loopback)?;
        }
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .internal()
            .thread_name("gosched-debug-")
            .build()?;
        let listener = bind(&runtime, &addresses)?;
        let local_addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let site = Site::new(self.allows_remote);
        let thread = thread::Builder::new().name("gosched-debug".into());
        let thread = thread.spawn(move || run(runtime, listener, site, stopped))?;
        Ok(Server { local_addr, stop, thread, process: Process::current() })
    }
}

impl Server {
    /// Where the page is.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Ends the page: connections are closed, and its port is free when this returns.
    ///
    /// It blocks until the thread is gone, which is a matter of milliseconds.
    pub fn shutdown(self) {
        // In a child that was forked off there is no thread, and nobody to wait for.
        if self.process == Process::current() {
            let _ = self.stop.send(());
            let _ = self.thread.join();
        }
    }
}

/// Refuses an address at which others than this machine can connect.
fn check_loopback(address: &SocketAddr) -> io::Result<()> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let text = format!(
        "{address} is not a loopback address, and whoever can reach the debug page sees the inside of the program: \
         bind to 127.0.0.1, or allow it by `debug::Builder::allow_remote`"
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, text))
}

/// Listens at the first of the addresses that can be had.
fn bind(runtime: &Runtime, addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let _entered = runtime.enter();
    let mut result = Err(io::Error::new(ErrorKind::InvalidInput, "there is no address to bind to"));
    for address in addresses {
        result = listen(*address);
        if result.is_ok() {
            break;
        }
    }
    result
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As for any server: it can be started again while connections of the one before linger.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The thread.
fn run(runtime: Runtime, listener: TcpListener, site: Site, stopped: oneshot::Receiver<()>) {
    let _known = Known::new(); // it wakes no task of the program
    runtime.block_on(async {
        let accepting = crate::spawn(connection::accept(listener, site));
        if stopped.await.is_err() {
            // The server was dropped: nobody is left who could end it.
            let _ = accepting.await;
        }
    });
    runtime.shutdown_background();
}

//! Connections: how many there may be, how long they last, and how much they may send.
//!
//! A client is whoever can open a connection, and may mean no good. What it can hold is bounded:
//!
//! - [`MOST_CONNECTIONS`] are open at a time. Others wait in the system's queue, which is bounded too.
//! - Of these [`MOST_SERVED`] are served. Beyond, a request is answered with 503, and the connection closed.
//! - A request's head has to come within [`HEAD_TIME`], and in [`MOST_HEAD`] bytes; so has the next one on the same connection.
//! - After [`LIFE`] a connection is closed behind the answer that is on its way; after [`GRACE`] more it is cut off, whatever it does.
//!   A client that does not read its answer holds its place for no longer.
//!
//! Bodies are not read.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::hyper::server::conn::http1;
use ::hyper::service::service_fn;

use super::answer::{self, Answer};
use super::routes::{self, Request, Site};
use crate::hyper::{Io, Timer};
use crate::net::{TcpListener, TcpStream};
use crate::sync::Semaphore;
use crate::time;

/// See the module's prose. More than a few browsers and collectors need.
const MOST_CONNECTIONS: usize = 128;
const MOST_SERVED: usize = 64;
const MOST_HEAD: usize = 16 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(5);
const LIFE: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(60);

/// For so long one connection more waits for its 503 to be read.
const REFUSED_LIFE: Duration = Duration::from_secs(1);

/// After an error that has to do with the system, such as that no descriptor is left.
const PAUSE: Duration = Duration::from_millis(50);

/// Starts a task for each connection, for ever.
pub(super) async fn accept(listener: TcpListener, site: Site) {
    let site = Arc::new(site);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    while let Ok(place) = places.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let taken = MOST_CONNECTIONS - places.available_permits();
                let site = (taken <= MOST_SERVED).then(|| site.clone());
                drop(crate::spawn(async move {
                    converse(stream, site).await;
                    drop(place);
                }));
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(_) => time::sleep(PAUSE).await,
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Answers the requests of one client; without a site, that there is no room for it.
async fn converse(stream: TcpStream, site: Option<Arc<Site>>) {
    // An answer that is written in two pieces is not to wait for the client's acknowledgement of the first.
    let _ = stream.set_nodelay(true);
    let (life, is_served) = (if site.is_some() { LIFE } else { REFUSED_LIFE }, site.is_some());
    let answers = service_fn(move |request| reply(site.clone(), request));
    let connection = http1::Builder::new()
        .timer(Timer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MOST_HEAD)
        .keep_alive(is_served)
        .serve_connection(Io::new(stream), answers);
    let mut connection = pin!(connection);
    // What a client does wrong, or a connection that breaks, concerns nobody else.
    if time::timeout(life, connection.as_mut()).await.is_err() && is_served {
        connection.as_mut().graceful_shutdown();
        let _ = time::timeout(GRACE, connection).await;
    }
}

async fn reply(site: Option<Arc<Site>>, request: Request) -> Result<Answer, Infallible> {
    Ok(match site {
        Some(site) => routes::answer(&site, &request).await,
        None => answer::busy(),
    })
}

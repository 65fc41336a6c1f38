//! What hyper 1 asks of a runtime.
//!
//! hyper speaks HTTP and knows no runtime. It is told of one by traits, and these are the types that implement
//! them: [`Executor`] (to start tasks), [`Timer`] (for its timeouts) and [`Io`] (for its connections). An application
//! depends on `hyper` itself, and chooses there whether it is a client or a server.
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use http_body_util::Full;
//! use hyper::body::{Bytes, Incoming};
//! use hyper::server::conn::http1;
//! use hyper::service::service_fn;
//! use hyper::{Request, Response};
//! use runtime::hyper::{Io, Timer};
//! use runtime::net::TcpListener;
//!
//! async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new(Full::from("hello")))
//! }
//!
//! #[runtime::main]
//! async fn main() -> std::io::Result<()> {
//!     let listener = TcpListener::bind("127.0.0.1:3000").await?;
//!     loop {
//!         let (stream, _) = listener.accept().await?;
//!         runtime::spawn(async move {
//!             let connection = http1::Builder::new()
//!                 .timer(Timer::new())
//!                 .serve_connection(Io::new(stream), service_fn(hello));
//!             if let Err(error) = connection.await {
//!                 eprintln!("a connection failed: {error}");
//!             }
//!         });
//!     }
//! }
//! ```
//!
//! # Invariants
//!
//! hyper reads into memory that is not initialized, and can be told only by an unsafe call how much of it was filled.
//! `io` is the one place here with `unsafe`, and leans on these:
//!
//! 1. A [`ReadBuf`](crate::io::ReadBuf) never takes initialized memory back, and counts as filled only what is initialized.
//!    Who breaks that has called an unsafe function of it.
//! 2. What a reader leaves in the `&mut ReadBuf` that it was given need not be the one that was there. It is only if the
//!    filled part begins where hyper's memory does, since nobody else can have a buffer there.
//!
//! # What it does not know
//!
//! HTTP, and which of hyper's features the application has turned on.

mod executor;
mod io;
mod timer;

pub use executor::Executor;
pub use io::Io;
pub use timer::Timer;

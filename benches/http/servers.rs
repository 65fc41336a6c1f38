//! The two servers. They differ in the runtime's name and in how its sleep is shown to hyper; all else, the adapter for
//! the streams included, is the same code.

use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use pin_project_lite::pin_project;
use runtime::hyper::Io;

use crate::service;

/// Serves until the process is killed; prints first at which address.
pub fn serve(peer: &str) -> io::Result<()> {
    match peer {
        "ours" => serve_ours(),
        "tokio" => serve_tokio(),
        _ => Err(io::Error::other(format!("there is no server {peer}"))),
    }
}

macro_rules! server {
    ($name:ident, $runtime:ident, $timer:expr) => {
        fn $name() -> io::Result<()> {
            let runtime = $runtime::runtime::Builder::new_multi_thread().enable_all().build()?;
            let accepting = runtime.spawn(async {
                let listener = $runtime::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                println!("{}", listener.local_addr()?);
                loop {
                    let (stream, _) = listener.accept().await?;
                    stream.set_nodelay(true)?;
                    $runtime::spawn(async move {
                        let answers =
                            service_fn(|request| service::answer(request, $runtime::time::sleep));
                        let mut builder = http1::Builder::new();
                        // A connection fails when its client ends, as each does after a sample.
                        let _ =
                            builder.timer($timer).serve_connection(Io::new(stream), answers).await;
                    });
                }
            });
            runtime.block_on(accepting).map_err(io::Error::other)?
        }
    };
}

server!(serve_ours, runtime, runtime::hyper::Timer::new());
server!(serve_tokio, tokio, TokioTimer);

/// What `runtime::hyper::Timer` is, over Tokio's sleep.
#[derive(Clone)]
struct TokioTimer;

impl Timer for TokioTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(TokioSleep { sleep: tokio::time::sleep(duration) })
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(TokioSleep { sleep: tokio::time::sleep_until(deadline.into()) })
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, new_deadline: Instant) {
        if let Some(sleep) = sleep.as_mut().downcast_mut_pin::<TokioSleep>() {
            sleep.project().sleep.reset(new_deadline.into());
        }
    }
}

pin_project! {
    struct TokioSleep {
        #[pin]
        sleep: tokio::time::Sleep,
    }
}

impl Future for TokioSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        self.project().sleep.poll(cx)
    }
}

impl Sleep for TokioSleep {}

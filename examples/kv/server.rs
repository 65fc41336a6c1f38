//! Who may come in, and how all of it ends.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use runtime::io::AsyncWriteExt;
use runtime::net::{TcpListener, TcpStream};
use runtime::sync::{Semaphore, watch};
use runtime::time::{Duration, sleep, timeout};

use super::channels::Channels;
use super::connection;
use super::reply::{Refusal, Reply};
use super::stop::Stop;
use super::store::Store;

/// How long to wait until another connection is tried after one could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// How long clients may take at the end to read what they are still to get.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all connections share.
pub struct Shared {
    pub store: Store,
    pub channels: Arc<Channels>,
    ends: watch::Sender<bool>,
}

impl Shared {
    /// Asks the server to end.
    pub fn end(&self) {
        self.ends.send_replace(true);
    }

    /// Waits until it ends.
    pub async fn ended(&self) {
        // It does not fail: the sender is ours.
        let _ = self.ends.subscribe().wait_for(|ends| *ends).await;
    }
}

/// Serves so many connections at a time, until a client or a signal asks for the end.
pub async fn serve(listener: TcpListener, connections: u32, stop: Stop) {
    let (store, channels, ends) = (Store::new(), Arc::default(), watch::Sender::new(false));
    let shared = Arc::new(Shared { store, channels, ends });
    let places = Arc::new(Semaphore::new(connections as usize));
    runtime::select! {
        () = shared.ended() => {}
        () = stop.asked() => shared.end(),
        () = shared.store.purge_for_ever() => {}
        () = accept(&listener, &shared, &places) => {}
    }
    drop(listener);
    // A place is free again when its connection is closed; when all are, nobody is left.
    if timeout(PATIENCE, places.acquire_many(connections)).await.is_err() {
        eprintln!("kv: some clients do not read what they asked for; it ends without them");
    }
}

/// Starts a task for each connection that has a place, for ever.
async fn accept(listener: &TcpListener, shared: &Arc<Shared>, places: &Arc<Semaphore>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => match places.clone().try_acquire_owned() {
                Ok(place) => {
                    let shared = shared.clone();
                    runtime::spawn(async move {
                        if let Err(error) = connection::serve(stream, shared).await {
                            eprintln!("kv: {peer}: {error}");
                        }
                        drop(place);
                    });
                }
                Err(_) => drop(turn_away(stream).await), // the one who is told so may be gone
            },
            Err(error) => {
                eprintln!("kv: no connection could be taken: {error}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Tells a client that there is no place for it. Nobody waits long for that: a new connection has room for a line.
async fn turn_away(mut stream: TcpStream) -> io::Result<()> {
    let mut line = BytesMut::new();
    Reply::Refused(Refusal::Full).write(&mut line);
    stream.write_all_buf(&mut line).await
}

//! One connection: bytes in, bytes out.
//!
//! Whatever has come is answered before anything is sent, so a client that sends many requests at once gets its answers by
//! one write. Only where they become many is it made to read some before the rest is looked at: that bounds the memory
//! that a client can ask for.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use runtime::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use runtime::net::TcpStream;
use runtime::time::{Duration, timeout};

use super::reply::{Refusal, Reply};
use super::request::{self, Request, Stop};
use super::server::Shared;
use super::session::{Session, Then};

/// How many bytes there is room for when one reads without knowing what comes.
const READ: usize = 4 << 10;

/// So many bytes of answers are sent, though there are more requests.
const FULL: usize = 64 << 10;

/// How long a client that sent nonsense may take to read the answer.
const LINGER: Duration = Duration::from_secs(1);

struct Connection {
    stream: TcpStream,
    /// What has come and is not answered.
    input: Vec<u8>,
    /// What has been answered and is not sent.
    output: BytesMut,
    session: Session,
}

/// Serves a client until it goes, or the server ends.
///
/// # Errors
///
/// If the connection fails.
pub async fn serve(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    // An answer that is written in two pieces is not to wait for the client's acknowledgement of the first.
    stream.set_nodelay(true)?;
    let session = Session::new(shared.clone());
    let (input, output) = (Vec::new(), BytesMut::new());
    let mut connection = Connection { stream, input, output, session };
    runtime::select! {
        biased;
        served = connection.converse() => served,
        // Wherever it was stopped: what is left of `output` follows what was sent of it.
        () = shared.ended() => connection.flush().await,
    }
}

impl Connection {
    async fn converse(&mut self) -> io::Result<()> {
        while let Some(missing) = self.answer().await? {
            self.input.reserve(missing.max(READ));
            runtime::select! {
                read = self.stream.read_buf(&mut self.input) => if read? == 0 {
                    return Ok(());
                },
                message = self.session.message() => match message {
                    Ok(message) => Reply::from(message).write(&mut self.output),
                    // Redis too parts with those who are too slow: a gap that one does not see would be worse.
                    Err(lost) => return self.refuse(Refusal::Lagged(lost)).await,
                },
            }
        }
        Ok(())
    }

    /// Answers the requests that are there. Returns how many bytes the next one lacks at least; nothing, if there is to be
    /// no other.
    async fn answer(&mut self) -> io::Result<Option<usize>> {
        let mut done = 0;
        let missing = loop {
            match request::parse(&self.input[done..]) {
                Ok(Request { words, length }) => {
                    let then = self.session.answer(&words, &mut self.output).await;
                    done += length;
                    if then == Then::Close {
                        self.flush().await?;
                        return Ok(None);
                    }
                    if self.output.len() >= FULL {
                        self.flush().await?;
                    }
                }
                Err(Stop::Incomplete { needed }) => break needed - (self.input.len() - done),
                Err(Stop::Malformed(why)) => {
                    self.refuse(Refusal::Malformed(why)).await?;
                    return Ok(None);
                }
            }
        };
        self.input.drain(..done);
        if self.input.len() <= READ {
            self.input.shrink_to(FULL); // after a long request
        }
        self.flush().await?;
        Ok(Some(missing))
    }

    async fn flush(&mut self) -> io::Result<()> {
        let long = self.output.len() > 2 * FULL;
        self.stream.write_all_buf(&mut self.output).await?;
        if long {
            self.output = BytesMut::new(); // an idle client keeps no memory
        }
        Ok(())
    }

    /// The last answer. To close at once, with bytes from the client unread, would be to reset the connection, and might
    /// take the answer away from it.
    async fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        Reply::Refused(refusal).write(&mut self.output);
        self.flush().await?;
        self.stream.shutdown().await?;
        // Either way it was given its time.
        let _ = timeout(LINGER, copy(&mut self.stream, &mut sink())).await;
        Ok(())
    }
}

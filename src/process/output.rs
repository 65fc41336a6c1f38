//! All that a child writes, and how it ends.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::process::Output;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Child;

/// Reads both streams at once, since a child stops at the one that nobody reads; and waits for the end.
pub(super) async fn collect(mut child: Child) -> io::Result<Output> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (mut status, mut out, mut err) = (None, None, None);
    let mut waits = pin!(child.wait());
    let (mut stdout, mut stderr) = (pin!(all_of(stdout)), pin!(all_of(stderr)));
    poll_fn(|cx| {
        advance(stdout.as_mut(), &mut out, cx)?;
        advance(stderr.as_mut(), &mut err, cx)?;
        advance(waits.as_mut(), &mut status, cx)?;
        let complete = status.is_some() && out.is_some() && err.is_some();
        if complete { Poll::Ready(io::Result::Ok(())) } else { Poll::Pending }
    })
    .await?;
    let complete = "all three are there when the wait is over";
    Ok(Output {
        status: status.expect(complete),
        stdout: out.expect(complete),
        stderr: err.expect(complete),
    })
}

/// All that is to be read; of no stream, nothing.
async fn all_of(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Polls a future unless its value is there.
fn advance<T>(
    future: Pin<&mut impl Future<Output = io::Result<T>>>,
    value: &mut Option<T>,
    cx: &mut Context<'_>,
) -> io::Result<()> {
    if value.is_none()
        && let Poll::Ready(result) = future.poll(cx)
    {
        *value = Some(result?);
    }
    Ok(())
}

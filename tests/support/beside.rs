//! What must go on beside tasks that are stuck or always ready: a ticker, and an echo over TCP.

use std::io::{Read, Write};
use std::net::TcpStream as Foreign;
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::task;
use runtime::time::{self, Duration, Instant};

use super::listen;

/// How late each of so many ticks was.
pub async fn ticks(count: usize) -> Vec<Duration> {
    let mut late = Vec::new();
    for _ in 0..count {
        let due = Instant::now() + Duration::from_millis(5);
        time::sleep_until(due).await;
        late.push(due.elapsed());
    }
    late
}

/// Accepts a connection from a foreign thread, and sends so many bytes back to it. Returns how long that took.
pub async fn echo(bytes: u8) -> Duration {
    let begin = Instant::now();
    let (listener, address) = listen().await;
    let peer = thread::spawn(move || {
        let mut stream = Foreign::connect(address).expect("somebody listens");
        for sent in 0..bytes {
            stream.write_all(&[sent]).expect("the connection is open");
            let mut back = [0];
            stream.read_exact(&mut back).expect("each byte comes back");
            assert_eq!(back, [sent]);
        }
    });
    let (mut stream, _) = listener.accept().await.expect("the peer comes");
    let served = task::spawn(async move {
        for _ in 0..bytes {
            let byte = stream.read_u8().await.expect("the peer sends");
            stream.write_u8(byte).await.expect("the peer reads");
        }
    });
    served.await.expect("an echo does not panic");
    peer.join().expect("the peer has got all");
    begin.elapsed()
}

/// The middle one: a loaded machine delays some of whatever is measured.
pub fn median(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    of[of.len() / 2]
}

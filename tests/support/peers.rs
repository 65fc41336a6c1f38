//! Foreign peers of a proxy, in blocking calls: they send all they have, read to the end, or see the connection break.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream as Foreign};

/// More than the buffers between two peers hold.
pub const MUCH: usize = 16 << 20;

/// Sends something and then says that no more will come.
pub fn send_last(mut stream: &Foreign, bytes: &[u8]) {
    stream.write_all(bytes).expect("the other side reads");
    stream.shutdown(Shutdown::Write).expect("the connection is open");
}

pub fn receive_all(mut stream: &Foreign) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("the other side ends in order");
    all
}

pub fn is_broken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// Reads until the connection ends in whatever way.
pub fn drain(mut stream: Foreign) {
    if let Err(error) = io::copy(&mut stream, &mut io::sink()) {
        assert!(is_broken(&error), "{error}");
    }
}

/// Writes until the connection is broken.
pub fn flood(mut stream: Foreign) {
    let error = loop {
        if let Err(error) = stream.write_all(&[7; 64 << 10]) {
            break error;
        }
    };
    assert!(is_broken(&error), "{error}");
}

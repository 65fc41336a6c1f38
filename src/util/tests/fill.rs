//! What one read leaves in a buffer that was never written.

use std::io::{self, ErrorKind, Write};
use std::mem::MaybeUninit;
use std::os::unix::net::UnixStream;

use tokio::io::ReadBuf;

use crate::util::fill::{Filled, read, receive};

/// Both calls, of which each is right for a socket.
const CALLS: [fn(&UnixStream, &mut ReadBuf<'_>) -> io::Result<Filled>; 2] =
    [|socket, buf| receive(socket, buf), |socket, buf| read(socket, buf)];

fn pair() -> (UnixStream, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    (ours, theirs)
}

#[test]
fn what_comes_is_behind_what_was_there() {
    for fill in CALLS {
        let (ours, mut theirs) = pair();
        let mut memory = [MaybeUninit::uninit(); 8];
        let mut buf = ReadBuf::uninit(&mut memory);
        buf.put_slice(b"ab");
        theirs.write_all(b"cd").unwrap();
        assert_eq!(fill(&ours, &mut buf).unwrap(), Filled { asked: 6, came: 2 });
        assert_eq!((buf.filled(), buf.initialized().len()), (&b"abcd"[..], 4));
        theirs.write_all(b"efghij").unwrap();
        assert_eq!(fill(&ours, &mut buf).unwrap(), Filled { asked: 4, came: 4 });
        assert_eq!(buf.filled(), b"abcdefgh");
    }
}

#[test]
fn what_was_written_before_stays_so() {
    for fill in CALLS {
        let (ours, mut theirs) = pair();
        let mut memory = *b"........";
        let mut buf = ReadBuf::new(&mut memory);
        theirs.write_all(b"ab").unwrap();
        assert_eq!(fill(&ours, &mut buf).unwrap(), Filled { asked: 8, came: 2 });
        assert_eq!((buf.filled(), buf.initialized()), (&b"ab"[..], &b"ab......"[..]));
    }
}

#[test]
fn an_error_and_the_end_fill_nothing() {
    for fill in CALLS {
        let (ours, theirs) = pair();
        let mut memory = [MaybeUninit::uninit(); 8];
        let mut buf = ReadBuf::uninit(&mut memory);
        assert_eq!(fill(&ours, &mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(theirs);
        assert_eq!(fill(&ours, &mut buf).unwrap(), Filled { asked: 8, came: 0 });
        assert_eq!((buf.filled().len(), buf.initialized().len()), (0, 0));
    }
}

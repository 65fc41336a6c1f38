//! A file that can grow no more. The limit is the process's, so this test has one to itself.
#![cfg(unix)]

mod support;

use runtime::fs::File;
use runtime::io::AsyncWriteExt;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{current_thread, watch};

/// The rest of a record that was taken back was written in front of the next one.
#[test]
fn a_write_that_was_taken_back_leaves_nothing() {
    let _watch = watch();
    // SAFETY: no handler is installed; what is ignored becomes an error of the write.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let before = getrlimit(Resource::Fsize);
    let temp = tempfile::NamedTempFile::new().unwrap();
    current_thread().block_on(async {
        let mut log = File::options().append(true).open(temp.path()).await.unwrap();
        log.write_all(b"one\n").await.unwrap();
        log.flush().await.unwrap();
        setrlimit(Resource::Fsize, Rlimit { current: Some(8), ..before }).unwrap();
        log.write_all(b"too much\n").await.unwrap();
        log.flush().await.unwrap_err();
        assert_eq!(std::fs::read(temp.path()).unwrap(), b"one\ntoo ");
        log.set_len(4).await.unwrap();
        setrlimit(Resource::Fsize, before).unwrap();
        log.write_all(b"two\n").await.unwrap();
        log.flush().await.unwrap();
    });
    assert_eq!(std::fs::read(temp.path()).unwrap(), b"one\ntwo\n");
}

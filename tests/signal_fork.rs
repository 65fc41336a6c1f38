//! Signals in a child that is forked off.
//!
//! Alone in its file, and with one test: a test program with several has threads of its own that hold who knows what when the
//! child is made.
#![cfg(all(target_os = "linux", feature = "signal", feature = "time"))]

mod support;

use std::time::Duration;

use runtime::signal::unix::{Signal, SignalKind, signal};
use runtime::time;
use support::{in_a_child, multi_thread, send, watch};

/// Whether a signal comes within some time.
fn comes(listener: &mut Signal, within: Duration) -> bool {
    let runtime = multi_thread(1);
    runtime.block_on(async { time::timeout(within, listener.recv()).await.is_ok() })
}

#[test]
fn a_child_listens_for_itself() {
    let _watch = watch();
    let kind = SignalKind::user_defined1();
    let mut ours = signal(kind).unwrap();
    let (long, short) = (Duration::from_secs(20), Duration::from_millis(20));
    send(kind.into());
    assert!(comes(&mut ours, long));
    assert!(!comes(&mut ours, short)); // it stands in the list now
    for _ in 0..5 {
        let mut inherited = Some(&mut ours);
        in_a_child(|| {
            let ours = inherited.take().unwrap();
            let mut own = signal(kind).unwrap();
            send(kind.into());
            assert!(comes(&mut own, long), "the child's listener hears nothing");
            assert!(!comes(ours, short), "the parent's listener hears of the child's signal");
            drop(std::mem::replace(ours, own));
        });
        assert!(!comes(&mut ours, short), "the child's signal came to the parent");
        send(kind.into());
        assert!(comes(&mut ours, long), "the child has taken the parent's signals");
    }
}

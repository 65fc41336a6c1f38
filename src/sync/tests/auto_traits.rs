//! Handles and futures go where their values may go.

use crate::sync::{WaitGroup, mpsc, oneshot};

fn is_send<T: Send>(_: &T) {}
fn is_send_and_sync<T: Send + Sync + Unpin>(_: &T) {}

#[test]
fn handles_and_futures_are_send() {
    // A value that is Send and not Sync.
    type Value = std::cell::Cell<u8>;

    let group = WaitGroup::new();
    is_send_and_sync(&group);
    is_send_and_sync(&group.member());
    is_send(&group.wait());

    let (mut tx, rx) = oneshot::channel::<Value>();
    is_send_and_sync(&tx);
    is_send_and_sync(&rx);
    is_send(&tx.closed());

    let (tx, mut rx) = mpsc::channel::<Value>(1);
    is_send_and_sync(&tx);
    is_send_and_sync(&tx.downgrade());
    is_send(&tx.send(Value::default()));
    is_send(&tx.reserve());
    is_send(&tx.reserve_many(1));
    is_send(&tx.clone().reserve_owned());
    is_send(&tx.closed());
    is_send(&rx);
    is_send(&rx.recv());
    is_send(&rx.recv_many(&mut Vec::new(), 1));
}

//! The work that is well: an order comes in every few milliseconds, and is a task.

use runtime::sync::mpsc;
use runtime::task::yield_now;
use runtime::time::{Duration, MissedTickBehavior, interval};

use crate::leak;

/// How often an order comes.
const EVERY: Duration = Duration::from_millis(5);

/// How many parcels may stand at the door.
const PARCELS: usize = 16;

/// Takes orders, for ever.
pub async fn take_orders(leaks: bool) {
    let (parcels, door) = mpsc::channel(PARCELS);
    runtime::spawn(deliver(door));
    let mut orders = interval(EVERY);
    orders.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut desk = leak::Desk::default();
    for number in 0.. {
        orders.tick().await;
        if leaks {
            desk.watch(number);
        }
        runtime::spawn(order(number, parcels.clone()));
    }
}

/// Packs what was ordered, in a few steps between which others have their turn.
async fn order(number: u64, parcels: mpsc::Sender<u64>) {
    for _ in 0..10 {
        yield_now().await;
    }
    // It fails when the program ends.
    let _ = parcels.send(number).await;
}

/// Takes the parcels away.
async fn deliver(mut door: mpsc::Receiver<u64>) {
    while door.recv().await.is_some() {}
}

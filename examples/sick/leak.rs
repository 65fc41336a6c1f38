//! The leak: for each order a task waits for the word that the customer has paid. The desk keeps the other end, and forgets to
//! take it out when the order is done.

use std::collections::HashMap;

use runtime::sync::oneshot;

/// Who is to be told when an order is paid.
#[derive(Default)]
pub struct Desk {
    waiting: HashMap<u64, oneshot::Sender<()>>,
}

impl Desk {
    /// Has a task that waits until this order is paid.
    pub fn watch(&mut self, order: u64) {
        let (paid, payment) = oneshot::channel();
        self.waiting.insert(order, paid);
        runtime::spawn(close_when_paid(payment));
    }
}

async fn close_when_paid(payment: oneshot::Receiver<()>) {
    let _ = payment.await;
}

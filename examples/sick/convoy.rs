//! The lock convoy: the price list is locked while its holder waits for the warehouse, and all others queue for it.
//!
//! Right would be to ask the warehouse first, and to lock for the change alone.

use std::sync::Arc;

use runtime::sync::Mutex;
use runtime::time::{Duration, sleep};

/// How many tasks want the list.
const CLERKS: usize = 200;

/// How long the warehouse takes to answer.
const ANSWER: Duration = Duration::from_millis(5);

/// Has the clerks ask for prices, for ever.
pub fn begin() {
    let prices = Arc::new(Mutex::new(0_u64));
    for _ in 0..CLERKS {
        runtime::spawn(clerk(prices.clone()));
    }
}

async fn clerk(prices: Arc<Mutex<u64>>) {
    loop {
        let mut price = prices.lock().await;
        sleep(ANSWER).await;
        *price += 1;
    }
}

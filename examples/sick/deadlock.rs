//! The deadlock: two transfers between the same two accounts, each of which locks the one that it takes from first.
//!
//! Right would be to lock in one order, by the number of the account, say.

use std::sync::Arc;

use runtime::sync::{Barrier, Mutex};
use runtime::task;

type Account = Arc<Mutex<i64>>;

/// Begins both transfers; what is returned waits until they are done, which they never are.
pub fn begin() -> impl Future<Output = ()> {
    let (mine, yours) = (Account::default(), Account::default());
    // So that it happens each time.
    let both = Arc::new(Barrier::new(2));
    let there = spawn_transfer("there", &mine, &yours, &both);
    let back = spawn_transfer("back", &yours, &mine, &both);
    async move {
        let _ = there.await;
        let _ = back.await;
    }
}

fn spawn_transfer(
    name: &str,
    from: &Account,
    to: &Account,
    both: &Arc<Barrier>,
) -> task::JoinHandle<()> {
    let transfer = transfer(from.clone(), to.clone(), both.clone());
    task::Builder::new().name(name).spawn(transfer).expect("it can be spawned")
}

async fn transfer(from: Account, to: Account, both: Arc<Barrier>) {
    let mut from = from.lock().await;
    both.wait().await;
    let mut to = to.lock().await;
    *from -= 1;
    *to += 1;
}

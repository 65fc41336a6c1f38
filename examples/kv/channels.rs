//! The channels on which messages are published.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use runtime::sync::broadcast::{self, error::RecvError};

/// How many messages of a channel wait for its slowest listener; then it loses the oldest.
const WAITING: usize = 1024;

/// The channels to which somebody listens, by name; others do not exist.
#[derive(Default)]
pub struct Channels {
    senders: Mutex<HashMap<Bytes, broadcast::Sender<Bytes>>>,
}

/// The place of a listener in a channel.
pub struct Place {
    channels: Arc<Channels>,
    name: Bytes,
    /// There until the drop.
    receiver: Option<broadcast::Receiver<Bytes>>,
}

impl Channels {
    /// Returns how many listen.
    pub fn publish(&self, name: &[u8], message: &[u8]) -> usize {
        let sender = self.senders().get(name).cloned();
        // Where nobody listens any more there is nobody to tell.
        sender.map_or(0, |sender| sender.send(Bytes::copy_from_slice(message)).unwrap_or(0))
    }

    pub fn listen(self: Arc<Self>, name: Bytes) -> Place {
        let mut senders = self.senders();
        let sender = senders.entry(name.clone()).or_insert_with(|| broadcast::Sender::new(WAITING));
        let receiver = Some(sender.subscribe());
        drop(senders);
        Place { channels: self, name, receiver }
    }

    fn senders(&self) -> MutexGuard<'_, HashMap<Bytes, broadcast::Sender<Bytes>>> {
        self.senders.lock().expect("what is done under the lock does not panic")
    }
}

impl Place {
    /// The next message, or how many were lost.
    pub async fn receive(&mut self) -> Result<Bytes, u64> {
        let receiver = self.receiver.as_mut().expect("it is there until the drop");
        receiver.recv().await.map_err(|error| match error {
            RecvError::Lagged(lost) => lost,
            RecvError::Closed => unreachable!("a channel has a sender as long as it has a place"),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.receiver.take());
        let mut senders = self.channels.senders();
        // Whoever begins to listen does so under the lock, so nobody can come between.
        if senders.get(&self.name).is_some_and(|sender| sender.receiver_count() == 0) {
            senders.remove(&self.name);
        }
    }
}

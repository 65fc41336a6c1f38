//! To what one client listens.
//!
//! A task for each channel takes its messages and passes them to the client's own queue. That is short: who does not read
//! keeps its tasks waiting, falls behind in the channels, and is told that messages are lost.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use runtime::sync::mpsc;
use runtime::task::JoinHandle;

use super::channels::{Channels, Place};

const QUEUE: usize = 16;

/// To how many channels a client may listen: each costs a task, and keeps messages that the client has not taken.
pub const MOST: usize = 128;

/// A message, and the channel on which it came.
pub struct Message {
    pub channel: Bytes,
    pub text: Bytes,
}

/// The channels, and the queue of their messages. How many were lost is told once, as an error.
pub struct Subscriptions {
    channels: Arc<Channels>,
    followers: HashMap<Bytes, Follower>,
    sender: mpsc::Sender<Result<Message, u64>>,
    receiver: mpsc::Receiver<Result<Message, u64>>,
}

impl Subscriptions {
    pub fn new(channels: Arc<Channels>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { channels, followers: HashMap::new(), sender, receiver }
    }

    pub fn len(&self) -> usize {
        self.followers.len()
    }

    pub fn names(&self) -> Vec<Bytes> {
        self.followers.keys().cloned().collect()
    }

    pub fn add(&mut self, channel: Bytes) {
        if self.followers.contains_key(&channel) {
            return;
        }
        // The place is taken here, not in the task: a message that is published from now on is not missed.
        let place = self.channels.clone().listen(channel.clone());
        let task = runtime::spawn(follow(place, channel.clone(), self.sender.clone()));
        self.followers.insert(channel, Follower(task));
    }

    /// When this returns, the place is free: whoever publishes does not count it any more.
    pub async fn remove(&mut self, channel: &[u8]) {
        if let Some(mut follower) = self.followers.remove(channel) {
            follower.0.abort();
            // That it was aborted is what we know.
            let _ = (&mut follower.0).await;
        }
    }

    /// The next message of a channel that is still listened to.
    pub async fn next(&mut self) -> Result<Message, u64> {
        loop {
            let message = self.receiver.recv().await.expect("we have a sender ourselves");
            match message {
                Ok(Message { ref channel, .. }) if !self.followers.contains_key(channel) => {}
                _ => return message,
            }
        }
    }
}

/// A task that ends with the subscription.
struct Follower(JoinHandle<()>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn follow(mut place: Place, channel: Bytes, queue: mpsc::Sender<Result<Message, u64>>) {
    loop {
        let received = place.receive().await;
        let lost = received.is_err();
        let message = received.map(|text| Message { channel: channel.clone(), text });
        if queue.send(message).await.is_err() || lost {
            return;
        }
    }
}

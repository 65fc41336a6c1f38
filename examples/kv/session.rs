//! What a client may say, and what it is told.

use std::future;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::command;
use super::reply::{Refusal, Reply};
use super::server::Shared;
use super::subscriptions::{MOST, Message, Subscriptions};

/// What is to become of a connection.
#[derive(Clone, Copy, PartialEq)]
#[must_use]
pub enum Then {
    GoOn,
    Close,
}

/// A client.
pub struct Session {
    shared: Arc<Shared>,
    /// Most clients never listen, and do without.
    subscriptions: Option<Subscriptions>,
}

impl Session {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, subscriptions: None }
    }

    /// Answers a request.
    pub async fn answer(&mut self, words: &[&[u8]], to: &mut BytesMut) -> Then {
        let Some((&typed, arguments)) = words.split_first() else { return Then::GoOn };
        let mut then = Then::GoOn;
        let answer = match typed.to_ascii_uppercase().as_slice() {
            b"QUIT" => {
                then = Then::Close;
                Ok(Reply::Text("OK"))
            }
            b"SUBSCRIBE" => self.subscribe(arguments),
            b"UNSUBSCRIBE" => Ok(self.unsubscribe(arguments).await),
            b"PING" => self.ping(arguments),
            _ if self.listens() => Err(Refusal::Listening),
            b"PUBLISH" => self.publish(arguments),
            b"SHUTDOWN" => {
                self.shared.end();
                return Then::Close; // as Redis does: whoever asks sees the end, and no answer
            }
            name => command::execute(&self.shared.store, name, typed, arguments),
        };
        Reply::from(answer).write(to);
        then
    }

    /// Waits for a message on a channel; without channels for ever.
    pub async fn message(&mut self) -> Result<Message, u64> {
        match &mut self.subscriptions {
            Some(subscriptions) => subscriptions.next().await,
            None => future::pending().await,
        }
    }

    fn subscribe(&mut self, channels: &[&[u8]]) -> Result<Reply, Refusal> {
        if channels.is_empty() {
            return Err(Refusal::Arity("subscribe"));
        }
        let subscriptions = self.subscriptions();
        if subscriptions.len() + channels.len() > MOST {
            return Err(Refusal::Channels);
        }
        let replies = channels.iter().map(|channel| {
            let channel = Bytes::copy_from_slice(channel);
            subscriptions.add(channel.clone());
            told("subscribe", Reply::Bytes(channel), subscriptions.len())
        });
        Ok(Reply::Several(replies.collect()))
    }

    /// Without names, from all channels.
    async fn unsubscribe(&mut self, channels: &[&[u8]]) -> Reply {
        let subscriptions = self.subscriptions();
        let channels = match channels {
            [] => subscriptions.names(),
            _ => channels.iter().map(|channel| Bytes::copy_from_slice(channel)).collect(),
        };
        if channels.is_empty() {
            return told("unsubscribe", Reply::Nothing, 0);
        }
        let mut replies = Vec::new();
        for channel in channels {
            subscriptions.remove(&channel).await;
            replies.push(told("unsubscribe", Reply::Bytes(channel), subscriptions.len()));
        }
        Reply::Several(replies)
    }

    fn ping(&self, arguments: &[&[u8]]) -> Result<Reply, Refusal> {
        let argument = match arguments {
            [] => None,
            [argument] => Some(Reply::copy(argument)),
            _ => return Err(Refusal::Arity("ping")),
        };
        if self.listens() {
            // Among messages, what is no array would be taken for something else.
            let argument = argument.unwrap_or(Reply::copy(b""));
            return Ok(Reply::Array(vec![Reply::copy(b"pong"), argument]));
        }
        Ok(argument.unwrap_or(Reply::Text("PONG")))
    }

    fn publish(&self, arguments: &[&[u8]]) -> Result<Reply, Refusal> {
        let [channel, message] = arguments else { return Err(Refusal::Arity("publish")) };
        Ok(Reply::Integer(self.shared.channels.publish(channel, message) as i64))
    }

    fn subscriptions(&mut self) -> &mut Subscriptions {
        let channels = &self.shared.channels;
        self.subscriptions.get_or_insert_with(|| Subscriptions::new(channels.clone()))
    }

    fn listens(&self) -> bool {
        self.subscriptions.as_ref().is_some_and(|subscriptions| subscriptions.len() > 0)
    }
}

/// The answer about one channel.
fn told(what: &'static str, channel: Reply, listened: usize) -> Reply {
    Reply::Array(vec![Reply::copy(what.as_bytes()), channel, Reply::Integer(listened as i64)])
}

impl From<Message> for Reply {
    fn from(Message { channel, text }: Message) -> Self {
        Self::Array(vec![Self::copy(b"message"), Self::Bytes(channel), Self::Bytes(text)])
    }
}

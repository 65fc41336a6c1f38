//! Replies, and the bytes that they are.

use std::fmt::{self, Write};

use bytes::{BufMut, Bytes, BytesMut};

use super::request::{LONGEST, MOST_WORDS};
use super::subscriptions::MOST;

/// What a client is told.
pub enum Reply {
    Text(&'static str),
    Integer(i64),
    Bytes(Bytes),
    Nothing,
    Array(Vec<Reply>),
    /// One after the other.
    Several(Vec<Reply>),
    Refused(Refusal),
}

/// Why a client does not get what it asked for.
pub enum Refusal {
    /// The name of no command.
    Unknown(Bytes),
    /// A command with too many words, or too few.
    Arity(&'static str),
    Syntax,
    NotAnInteger,
    Overflow,
    Expiry(&'static str),
    /// Who listens may only say to what.
    Listening,
    /// To more channels than a client may.
    Channels,
    /// What came is no request.
    Malformed(&'static str),
    /// Messages came faster than they were taken, and so many are lost.
    Lagged(u64),
    Full,
}

impl Reply {
    pub fn copy(bytes: &[u8]) -> Self {
        Self::Bytes(Bytes::copy_from_slice(bytes))
    }

    pub fn write(&self, to: &mut BytesMut) {
        match self {
            Self::Text(text) => line(to, format_args!("+{text}")),
            Self::Integer(integer) => line(to, format_args!(":{integer}")),
            Self::Bytes(bytes) => {
                line(to, format_args!("${}", bytes.len()));
                to.put_slice(bytes);
                to.put_slice(b"\r\n");
            }
            Self::Nothing => to.put_slice(b"$-1\r\n"),
            Self::Array(replies) => {
                line(to, format_args!("*{}", replies.len()));
                replies.iter().for_each(|reply| reply.write(to));
            }
            Self::Several(replies) => replies.iter().for_each(|reply| reply.write(to)),
            Self::Refused(refusal) => line(to, format_args!("-ERR {refusal}")),
        }
    }
}

impl From<Result<Reply, Refusal>> for Reply {
    fn from(result: Result<Reply, Refusal>) -> Self {
        result.unwrap_or_else(Self::Refused)
    }
}

fn line(to: &mut BytesMut, text: fmt::Arguments<'_>) {
    write!(to, "{text}\r\n").expect("a buffer grows");
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Whatever the client sent, a refusal stays one line.
            Self::Unknown(name) => {
                let begin = &name[..name.len().min(32)];
                write!(f, "unknown command '{}'", begin.escape_ascii())
            }
            Self::Arity(name) => write!(f, "wrong number of arguments for '{name}' command"),
            Self::Syntax => f.write_str("syntax error"),
            Self::NotAnInteger => f.write_str("value is not an integer or out of range"),
            Self::Overflow => f.write_str("increment or decrement would overflow"),
            Self::Expiry(name) => write!(f, "invalid expire time in '{name}' command"),
            Self::Listening => f.write_str(
                "only PING, QUIT, SUBSCRIBE and UNSUBSCRIBE are allowed to who is subscribed",
            ),
            Self::Channels => write!(f, "a client may listen to {MOST} channels"),
            Self::Malformed(why) => write!(
                f,
                "Protocol error: {why}; a request has at most {LONGEST} bytes and {MOST_WORDS} words"
            ),
            Self::Lagged(lost) => write!(f, "{lost} messages are lost: you read too slowly"),
            Self::Full => f.write_str("max number of clients reached"),
        }
    }
}

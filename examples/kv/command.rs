//! The commands that concern the data alone. Each is a function of its arguments.

use bytes::Bytes;
use runtime::time::{Duration, Instant};

use super::reply::{Refusal, Reply};
use super::request::integer;
use super::store::{NoNumber, Stay, Store, When};

type Arguments<'a> = &'a [&'a [u8]];
type Answer = Result<Reply, Refusal>;

/// Does what the command says whose name, in capitals, is `name`, and which was `typed` by the client.
///
/// # Errors
///
/// If there is no such command, or not with such arguments.
pub fn execute(store: &Store, name: &[u8], typed: &[u8], arguments: Arguments<'_>) -> Answer {
    match name {
        b"GET" => get(store, arguments),
        b"SET" => set(store, arguments),
        b"DEL" => count("del", arguments, |key| store.remove(key)),
        b"EXISTS" => count("exists", arguments, |key| store.contains(key)),
        b"INCR" => add(store, "incr", arguments, 1),
        b"DECR" => add(store, "decr", arguments, -1),
        b"EXPIRE" => expire(store, arguments),
        b"TTL" => ttl(store, arguments),
        b"DBSIZE" => Ok(Reply::Integer(store.len() as i64)),
        b"ECHO" => Ok(Reply::copy(one("echo", arguments)?)),
        b"CONFIG" => config(arguments),
        // `redis-cli` asks what there is, to help whoever types. It does without.
        b"COMMAND" => Ok(Reply::Array(Vec::new())),
        _ => Err(Refusal::Unknown(Bytes::copy_from_slice(typed))),
    }
}

fn one<'a>(name: &'static str, arguments: Arguments<'a>) -> Result<&'a [u8], Refusal> {
    let [argument] = arguments else { return Err(Refusal::Arity(name)) };
    Ok(argument)
}

fn get(store: &Store, arguments: Arguments<'_>) -> Answer {
    let value = store.get(one("get", arguments)?);
    Ok(value.map_or(Reply::Nothing, Reply::Bytes))
}

fn set(store: &Store, arguments: Arguments<'_>) -> Answer {
    let [key, value, options @ ..] = arguments else { return Err(Refusal::Arity("set")) };
    let (mut stay, mut when) = (None, When::Always);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match option.to_ascii_uppercase().as_slice() {
            b"NX" if when == When::Always => when = When::Absent,
            b"XX" if when == When::Always => when = When::Present,
            unit @ (b"EX" | b"PX") if stay.is_none() => {
                let number = integer(options.next().ok_or(Refusal::Syntax)?);
                let number = number.ok_or(Refusal::NotAnInteger)?;
                let number = u64::try_from(number).ok().filter(|&number| number > 0);
                let number = number.ok_or(Refusal::Expiry("set"))?;
                let length =
                    if unit == b"EX" { Duration::from_secs } else { Duration::from_millis };
                stay = Some(length(number));
            }
            _ => return Err(Refusal::Syntax),
        }
    }
    let deadline = stay.map(|stay| after(stay, "set")).transpose()?;
    let put = store.set(key, value, deadline, when);
    Ok(if put { Reply::Text("OK") } else { Reply::Nothing })
}

/// In how many of the keys it `holds`.
fn count(name: &'static str, keys: Arguments<'_>, holds: impl Fn(&[u8]) -> bool) -> Answer {
    if keys.is_empty() {
        return Err(Refusal::Arity(name));
    }
    Ok(Reply::Integer(keys.iter().filter(|key| holds(key)).count() as i64))
}

fn add(store: &Store, name: &'static str, arguments: Arguments<'_>, difference: i64) -> Answer {
    match store.add(one(name, arguments)?, difference) {
        Ok(sum) => Ok(Reply::Integer(sum)),
        Err(NoNumber::NotAnInteger) => Err(Refusal::NotAnInteger),
        Err(NoNumber::Overflow) => Err(Refusal::Overflow),
    }
}

fn expire(store: &Store, arguments: Arguments<'_>) -> Answer {
    let [key, seconds] = arguments else { return Err(Refusal::Arity("expire")) };
    let there = match integer(seconds).ok_or(Refusal::NotAnInteger)? {
        seconds @ 1.. => {
            store.expire(key, after(Duration::from_secs(seconds.unsigned_abs()), "expire")?)
        }
        _ => store.remove(key), // its time is over already
    };
    Ok(Reply::Integer(there.into()))
}

fn ttl(store: &Store, arguments: Arguments<'_>) -> Answer {
    Ok(Reply::Integer(match store.stay(one("ttl", arguments)?) {
        Stay::Missing => -2,
        Stay::ForEver => -1,
        Stay::For(stay) => (stay + Duration::from_millis(500)).as_secs() as i64,
    }))
}

fn after(stay: Duration, name: &'static str) -> Result<Instant, Refusal> {
    Instant::now().checked_add(stay).ok_or(Refusal::Expiry(name))
}

/// `redis-benchmark` shows two of the settings; here there are none.
fn config(arguments: Arguments<'_>) -> Answer {
    match arguments {
        [get, setting] if get.eq_ignore_ascii_case(b"GET") => {
            Ok(Reply::Array(vec![Reply::copy(setting), Reply::copy(b"")]))
        }
        _ => Err(Refusal::Syntax),
    }
}

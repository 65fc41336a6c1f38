//! One connection: what a person says, and what is said to them.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use runtime::context::Context;
use runtime::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use runtime::net::TcpStream;
use runtime::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use runtime::time::timeout;

use crate::hall::{self, Guest, Hall, Inbox, Voice};

/// The longest line that anybody may say.
const LONGEST: u64 = 1024;

/// Who takes nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(10);

type Input = BufReader<OwnedReadHalf>;

/// Serves a person until they leave, or the context ends.
pub async fn serve(stream: TcpStream, hall: Arc<Hall>, ctx: Context) -> io::Result<()> {
    let (input, output) = stream.into_split();
    let (voice, inbox) = hall::inbox();
    let mut delivery = pin!(deliver(inbox, output));
    let result = runtime::select! {
        result = &mut delivery => return result,
        result = talk(BufReader::new(input), voice, &hall, &ctx) => result,
    };
    // Nobody can say anything to them any more: what is left in the inbox is the last.
    delivery.await.and(result)
}

/// Writes what is said to a person, all that is there at once, until nobody is left who could say more.
async fn deliver(mut inbox: Inbox, mut output: OwnedWriteHalf) -> io::Result<()> {
    let mut text = Vec::new();
    loop {
        inbox.receive(&mut text).await;
        if text.is_empty() {
            return output.shutdown().await;
        }
        let written = timeout(PATIENCE, output.write_all(&text));
        written.await.map_err(|_| io::Error::new(ErrorKind::TimedOut, "does not read"))??;
        text.clear();
    }
}

/// Reads what a person says. They are gone from the hall when this is over, however it ends.
async fn talk(mut input: Input, voice: Voice, hall: &Arc<Hall>, ctx: &Context) -> io::Result<()> {
    let ended = voice.clone();
    let result = ctx.run(converse(&mut input, voice, hall)).await;
    result.unwrap_or_else(|_| {
        ended.hear("* the server ends");
        Ok(())
    })
}

async fn converse(input: &mut Input, voice: Voice, hall: &Arc<Hall>) -> io::Result<()> {
    voice.hear("* who are you?");
    let Some(guest) = introduce(input, &voice, hall).await? else { return Ok(()) };
    while let Some(line) = read_line(input, &voice).await? {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match (word, rest.trim()) {
            ("", "") => {}
            ("/quit", _) => return Ok(()),
            ("/who", _) => voice.hear(&format!("* here: {}", guest.in_room().join(", "))),
            ("/join", room) if hall::is_name(room) => guest.join(room),
            ("/msg", message) => whisper(&guest, &voice, message),
            (command, _) if command.starts_with('/') => {
                voice.hear("* there is /join ROOM, /who, /msg NAME TEXT and /quit");
            }
            _ => guest.say(&line),
        }
    }
    Ok(())
}

/// Asks until there is a name that nobody else has.
async fn introduce(
    input: &mut Input,
    voice: &Voice,
    hall: &Arc<Hall>,
) -> io::Result<Option<Guest>> {
    while let Some(name) = read_line(input, voice).await? {
        if !hall::is_name(&name) {
            voice.hear("* a name has 1 to 20 letters and digits");
        } else if let Some(guest) = hall.enter(&name, voice.clone()) {
            return Ok(Some(guest));
        } else {
            voice.hear(&format!("* {name} is taken"));
        }
    }
    Ok(None)
}

fn whisper(guest: &Guest, voice: &Voice, message: &str) {
    let (name, text) = message.split_once(' ').unwrap_or((message, ""));
    if !guest.whisper(name, text) {
        voice.hear(&format!("* {name:?} is not here"));
    }
}

/// The next line without its end; none when there is no more, or it is too long.
async fn read_line(input: &mut Input, voice: &Voice) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    input.take(LONGEST).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
        voice.hear("* that is too long");
        return Ok(None);
    }
    // What steers terminals is not passed on.
    let text = String::from_utf8_lossy(&line);
    Ok(Some(text.trim().replace(|it: char| it.is_control(), " ")))
}

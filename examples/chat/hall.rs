//! Who is here, and in which room.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runtime::sync::mpsc;

/// So many lines wait for a slow reader, and no more.
const INBOX: usize = 64;

/// Where everybody begins.
const FIRST_ROOM: &str = "lobby";

type People = HashMap<String, Seat>;

/// All that are here, by their names.
#[derive(Default)]
pub struct Hall {
    people: Mutex<People>,
}

struct Seat {
    room: String,
    voice: Voice,
}

/// Puts lines into a person's inbox.
#[derive(Clone)]
pub struct Voice {
    lines: mpsc::Sender<Arc<str>>,
    missed: Arc<AtomicUsize>,
}

/// What a person has not read yet.
pub struct Inbox {
    lines: mpsc::Receiver<Arc<str>>,
    missed: Arc<AtomicUsize>,
    taken: Vec<Arc<str>>,
}

/// A person's place, which is free again when this is dropped.
pub struct Guest {
    hall: Arc<Hall>,
    name: String,
}

pub fn inbox() -> (Voice, Inbox) {
    let (sender, receiver) = mpsc::channel(INBOX);
    let missed = Arc::new(AtomicUsize::new(0));
    let voice = Voice { lines: sender, missed: missed.clone() };
    (voice, Inbox { lines: receiver, missed, taken: Vec::new() })
}

/// Whether people and rooms may be called so.
pub fn is_name(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.chars().all(|it| it.is_ascii_alphanumeric())
}

impl Voice {
    /// Says a line to one person; it is left out if too many wait already.
    pub fn hear(&self, line: &str) {
        self.pass(line.into());
    }

    fn pass(&self, line: Arc<str>) {
        if self.lines.try_send(line).is_err() {
            self.missed.fetch_add(1, Relaxed); // a count, which orders nothing
        }
    }
}

impl Inbox {
    /// Waits for lines and adds all that are there to the empty text, which stays so when there will be none any more.
    ///
    /// Lines are missed while the inbox is full, and told of behind what it was full of; or behind the next line, if they
    /// were counted only after it had been emptied.
    pub async fn receive(&mut self, text: &mut Vec<u8>) {
        self.lines.recv_many(&mut self.taken, INBOX).await;
        for line in self.taken.drain(..) {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        let missed = self.missed.swap(0, Relaxed);
        if missed > 0 {
            text.extend_from_slice(format!("* you missed {missed} lines\n").as_bytes());
        }
    }
}

impl Hall {
    /// Gives a person a place, unless the name is taken.
    pub fn enter(self: &Arc<Self>, name: &str, voice: Voice) -> Option<Guest> {
        let mut people = self.lock();
        if people.contains_key(name) {
            return None;
        }
        voice.hear(&format!("* welcome to {FIRST_ROOM}"));
        announce(&people, FIRST_ROOM, name, &format!("* {name} is here"));
        people.insert(name.to_owned(), Seat { room: FIRST_ROOM.to_owned(), voice });
        Some(Guest { hall: self.clone(), name: name.to_owned() })
    }

    /// Nothing waits or calls out under this lock, and so everybody hears the lines in the same order.
    fn lock(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says a line to all in a room but one.
fn announce(people: &People, room: &str, but: &str, line: &str) {
    let line: Arc<str> = line.into();
    for (name, seat) in people {
        if seat.room == room && name != but {
            seat.voice.pass(line.clone());
        }
    }
}

impl Guest {
    pub fn say(&self, line: &str) {
        let people = self.hall.lock();
        announce(&people, &people[&self.name].room, &self.name, &format!("{}: {line}", self.name));
    }

    /// Says something to one person, wherever they are; false if they are not here.
    pub fn whisper(&self, name: &str, text: &str) -> bool {
        let people = self.hall.lock();
        let seat = people.get(name);
        seat.inspect(|seat| seat.voice.hear(&format!("{} to you: {text}", self.name))).is_some()
    }

    /// Goes to another room.
    pub fn join(&self, room: &str) {
        let mut people = self.hall.lock();
        let name = &self.name;
        let seat = people.get_mut(name).expect("a guest has a seat");
        let before = std::mem::replace(&mut seat.room, room.to_owned());
        seat.voice.hear(&format!("* welcome to {room}"));
        announce(&people, &before, name, &format!("* {name} went to {room}"));
        announce(&people, room, name, &format!("* {name} is here"));
    }

    /// The names of all in the same room.
    pub fn in_room(&self) -> Vec<String> {
        let people = self.hall.lock();
        let room = &people[&self.name].room;
        let here = people.iter().filter(|(_, seat)| seat.room == *room);
        let mut names: Vec<String> = here.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut people = self.hall.lock();
        if let Some(seat) = people.remove(&self.name) {
            announce(&people, &seat.room, &self.name, &format!("* {} left", self.name));
        }
    }
}

//! From the events of each thread to what is drawn: slices, instants, regions and flows.
//!
//! # Turns and frames
//!
//! A *turn* begins with its event, and ends with the next event of its thread that begins or ends one: so a poll needs one
//! event, and whatever is cut off by the ring, each slice has its end. A *frame* is a `block_on`, or the poll of a local task: it
//! stands inside of a turn, has turns of its own, and needs an event at its end, since the turn around it goes on then.
//! Where the ring has cut off the beginning of a frame, its end is ignored.
//!
//! # Coarse times
//!
//! Events that share a reading of the clock lie between that and the next one. They are spread evenly over that time, in their
//! order, and say how long it is (`within`). Times of one thread never go back.

use std::collections::HashMap;

use super::event::{Event, Kind, Source, TEXT_BYTES, text_bytes};
use super::flows;
use super::recording::{Collected, Place, Thread};
use super::ring::Reading;

/// The distance of coarse events behind the last reading of a thread.
const GUESS: u64 = 100;

/// For how long a wake is drawn that was made outside of any slice.
const SHORT: u64 = 1_000;

/// What one thread has recorded.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) number: u64,
    pub(super) name: Option<String>,
    pub(super) place: Option<Place>,
    pub(super) reading: Reading,
}

/// When something was, in nanoseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct When {
    pub(super) at: u64,
    /// It may have been earlier or later by so much.
    pub(super) within: u64,
}

/// Something that took time.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) track: u64,
    pub(super) begin: When,
    pub(super) end: u64,
    pub(super) kind: Kind,
    pub(super) number: u64,
    pub(super) source: Option<Source>,
    pub(super) text: String,
    /// Whether it went on when the events were collected.
    pub(super) goes_on: bool,
    /// Whether it is to be drawn.
    pub(super) is_shown: bool,
}

/// Something that took none.
#[derive(Debug)]
pub(super) struct Instant {
    pub(super) track: u64,
    pub(super) when: When,
    pub(super) event: Event,
    pub(super) text: String,
    /// The slice it was in.
    pub(super) slice: Option<usize>,
}

/// A region that is not inside of one turn.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) track: u64,
    pub(super) number: u64,
    pub(super) begin: u64,
    pub(super) end: u64,
    pub(super) text: String,
}

/// From who woke to what was polled for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) from: (u64, u64),
    pub(super) to: (u64, u64),
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) slices: Vec<Slice>,
    pub(super) instants: Vec<Instant>,
    pub(super) spans: Vec<Span>,
    pub(super) flows: Vec<Flow>,
}

impl Track {
    pub(super) fn read(thread: Thread) -> Self {
        let Thread { number, name, ring } = thread;
        Self { number, name, place: ring.place(), reading: ring.read() }
    }

    /// How many there are, a text being none of its own.
    pub(super) fn events(&self) -> usize {
        self.reading.events.iter().filter(|event| event.kind != Kind::Text).count()
    }
}

impl Timeline {
    pub(super) fn of(collected: &Collected) -> Self {
        let mut timeline = Self::default();
        let mut regions = Regions::default();
        for track in &collected.tracks {
            let events = timed(&track.reading.events, collected.since, collected.until);
            Builder::new(track.number, &mut timeline, &mut regions).build(events, collected.until);
        }
        timeline.spans = regions.spans(collected.until);
        timeline.flows = flows::of(&timeline);
        timeline
    }
}

/// An event with its time and its text.
struct Timed {
    event: Event,
    when: When,
    text: String,
}

/// The events from `since` on, each with its time and its text.
fn timed(events: &[Event], since: u64, until: u64) -> Vec<Timed> {
    let mut result = Vec::new();
    let mut rest = skip_headless(events);
    while let [first, ..] = rest {
        // One reading of the clock, and all who share it.
        let is_shared = |event: &&Event| event.kind == Kind::Text || event.stamp.is_coarse();
        let count = 1 + rest[1..].iter().take_while(is_shared).count();
        let (group, later) = rest.split_at(count);
        let begin = first.stamp.nanos();
        let last = until.max(begin).min(begin + GUESS * count as u64);
        let end = later.first().map_or(last, |next| next.stamp.nanos());
        spread(group, begin, end.max(begin), &mut result);
        rest = later;
    }
    result.retain(|timed| timed.when.at >= since);
    result
}

/// Leaves out the parts of a text whose event is overwritten. The first event may share a reading that is gone; it stands for one.
fn skip_headless(events: &[Event]) -> &[Event] {
    let texts = events.iter().take_while(|event| event.kind == Kind::Text).count();
    &events[texts..]
}

/// Gives the events of a group their times, evenly from `begin` to `end`.
fn spread(group: &[Event], begin: u64, end: u64, into: &mut Vec<Timed>) {
    let heads = group.iter().filter(|event| event.kind != Kind::Text).count() as u64;
    let mut number = 0_u64;
    for (at, event) in group.iter().enumerate() {
        if event.kind == Kind::Text {
            continue;
        }
        let within = if event.stamp.is_coarse() { end - begin } else { 0 };
        let offset = u128::from(end - begin) * u128::from(number) / u128::from(heads);
        let when = When { at: begin + offset as u64, within };
        into.push(Timed { event: *event, when, text: text_of(event, &group[at + 1..]) });
        number += 1;
    }
}

fn text_of(event: &Event, behind: &[Event]) -> String {
    let length = match event.kind {
        Kind::Mark | Kind::RegionBegin => (event.number & 0xFF) as usize,
        _ => return String::new(),
    };
    let parts = behind.iter().take_while(|event| event.kind == Kind::Text).map(text_bytes);
    let bytes: Vec<u8> = parts.take(length.div_ceil(TEXT_BYTES)).flatten().collect();
    String::from_utf8_lossy(&bytes[..length.min(bytes.len())]).into_owned()
}

/// Makes slices and instants of the events of one thread.
struct Builder<'a> {
    track: u64,
    timeline: &'a mut Timeline,
    regions: &'a mut Regions,
    /// The frames that are open, the outermost first; the thread itself is the first.
    frames: Vec<Frame>,
    /// A slice that was made for the last event, which stood in none.
    alone: Option<usize>,
}

#[derive(Default)]
struct Frame {
    /// Its own slice, which the thread itself has not.
    slice: Option<usize>,
    turn: Option<usize>,
    /// The regions that were begun in the present turn and not ended, by their slices.
    regions: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn new(track: u64, timeline: &'a mut Timeline, regions: &'a mut Regions) -> Self {
        Self { track, timeline, regions, frames: vec![Frame::default()], alone: None }
    }

    fn build(mut self, events: Vec<Timed>, until: u64) {
        for timed in events {
            self.add(timed);
        }
        self.end_alone(until);
        while !self.frames.is_empty() {
            let frame = self.frames.last().expect("not empty");
            for slice in frame.turn.into_iter().chain(frame.slice) {
                self.timeline.slices[slice].goes_on = true;
            }
            self.end_turn(until);
            self.end_frame(until);
        }
    }

    fn add(&mut self, timed: Timed) {
        let at = timed.when.at;
        self.end_alone(at);
        match timed.event.kind {
            Kind::Poll
            | Kind::Root
            | Kind::Job
            | Kind::Look
            | Kind::Search
            | Kind::Park
            | Kind::Unpark => {
                self.end_turn(at);
                let slice = self.open(timed);
                self.frame().turn = Some(slice);
            }
            Kind::End => self.end_turn(at),
            Kind::Enter | Kind::Nest => {
                let slice = self.open(timed);
                self.frames.push(Frame { slice: Some(slice), ..Frame::default() });
            }
            Kind::Leave => {
                self.end_turn(at);
                if self.frames.len() > 1 {
                    self.end_frame(at);
                }
            }
            Kind::RegionBegin => {
                let slice = self.open(timed);
                self.frame().regions.push(slice);
            }
            Kind::RegionEnd => self.end_region(timed),
            Kind::Text => {}
            _ => self.note(timed),
        }
    }

    /// A wake from outside of any turn is drawn for a short time, since a flow begins in a slice.
    fn end_alone(&mut self, at: u64) {
        if let Some(slice) = self.alone.take() {
            let slice = &mut self.timeline.slices[slice];
            slice.end = at.min(slice.begin.at + SHORT);
        }
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the thread itself is the first")
    }

    fn open(&mut self, timed: Timed) -> usize {
        let Timed { event, when, text } = timed;
        let Event { kind, number, source, .. } = event;
        self.timeline.slices.push(Slice {
            track: self.track,
            begin: when,
            end: when.at,
            kind,
            number,
            source,
            text,
            goes_on: false,
            // What is found there is worth showing, and not that there was a look.
            is_shown: !matches!(kind, Kind::Look | Kind::Unpark | Kind::Search),
        });
        self.timeline.slices.len() - 1
    }

    fn note(&mut self, timed: Timed) {
        let Timed { event, when, text } = timed;
        let mut slice = match self.frame() {
            Frame { regions, .. } if !regions.is_empty() => regions.last().copied(),
            Frame { turn, slice, .. } => turn.or(*slice),
        };
        if slice.is_none() && matches!(event.kind, Kind::Wake | Kind::Spawn) {
            slice = Some(self.open(Timed { event, when, text: String::new() }));
            self.alone = slice;
        }
        slice.into_iter().for_each(|slice| self.timeline.slices[slice].is_shown = true);
        let track = self.track;
        self.timeline.instants.push(Instant { track, when, event, text, slice });
    }

    /// Regions that are open go on outside of the turn.
    fn end_turn(&mut self, at: u64) {
        let frame = self.frame();
        let (turn, regions) = (frame.turn.take(), std::mem::take(&mut frame.regions));
        for slice in regions {
            self.release(slice);
        }
        turn.into_iter().for_each(|slice| self.timeline.slices[slice].end = at);
    }

    fn end_frame(&mut self, at: u64) {
        let slice = self.frames.pop().and_then(|frame| frame.slice);
        slice.into_iter().for_each(|slice| self.timeline.slices[slice].end = at);
    }

    /// Ends a region where it was begun, if it is the last that was; else it is one that leaves its turn.
    fn end_region(&mut self, timed: Timed) {
        let (at, number) = (timed.when.at, timed.event.number >> 8);
        let is_it = |slice: &usize| self.timeline.slices[*slice].number >> 8 == number;
        let frame = self.frames.last_mut().expect("the thread itself is the first");
        let place = frame.regions.iter().position(is_it);
        match place {
            Some(place) if place + 1 == frame.regions.len() => {
                let slice = frame.regions.pop().expect("it is the last");
                self.timeline.slices[slice].end = at;
            }
            Some(place) => {
                let slice = frame.regions.remove(place);
                self.release(slice);
                self.regions.ends.insert(number, at);
            }
            None => drop(self.regions.ends.insert(number, at)),
        }
    }

    /// A region that is not inside of one turn gets no slice on its thread.
    fn release(&mut self, slice: usize) {
        let slice = &mut self.timeline.slices[slice];
        slice.is_shown = false;
        let text = std::mem::take(&mut slice.text);
        let (track, begin) = (slice.track, slice.begin.at);
        self.regions.begun.push((slice.number >> 8, track, begin, text));
    }
}

/// Regions that end in another turn than they began in, perhaps on another thread.
#[derive(Default)]
struct Regions {
    begun: Vec<(u64, u64, u64, String)>,
    ends: HashMap<u64, u64>,
}

impl Regions {
    fn spans(self, until: u64) -> Vec<Span> {
        let Self { begun, ends } = self;
        let span = |(number, track, begin, text)| {
            let end = ends.get(&number).copied().unwrap_or(until).max(begin);
            Span { track, number, begin, end, text }
        };
        begun.into_iter().map(span).collect()
    }
}

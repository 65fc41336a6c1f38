//! From events to slices and flows.

use std::panic::Location;

use crate::trace::TypeName;
use crate::trace::event::{Event, Kind, Stamp, text_words};
use crate::trace::recording::Collected;
use crate::trace::ring::Reading;
use crate::trace::timeline::{Slice, Timeline, Track};

static NAME: TypeName = || "a type";

fn at(nanos: u64, kind: Kind, number: u64) -> Event {
    let source = Some((&NAME, Location::caller()));
    Event { kind, stamp: Stamp::exact(nanos), number, source }
}

fn soon(nanos: u64, kind: Kind, number: u64) -> Event {
    Event { stamp: Stamp::coarse(nanos), ..at(nanos, kind, number) }
}

/// The events of an end are at 1,000.
fn timeline(threads: Vec<Vec<Event>>) -> Timeline {
    let track = |(number, events): (usize, Vec<Event>)| Track {
        number: number as u64,
        name: None,
        place: None,
        reading: Reading { events, overwritten: 0 },
    };
    let tracks = threads.into_iter().enumerate().map(track).collect();
    Timeline::of(&Collected { tracks, lost: 0, since: 0, until: 1_000 })
}

fn shown(timeline: &Timeline) -> Vec<(Kind, u64, u64)> {
    let slice = |slice: &Slice| (slice.kind, slice.begin.at, slice.end);
    timeline.slices.iter().filter(|slice| slice.is_shown).map(slice).collect()
}

#[test]
fn a_turn_ends_where_the_next_begins() {
    let timeline = timeline(vec![vec![
        at(10, Kind::Poll, 1),
        at(20, Kind::Poll, 2),
        at(30, Kind::Search, 0),
        at(40, Kind::Park, 0),
        at(60, Kind::Unpark, 0),
        at(70, Kind::Poll, 1),
    ]]);
    let expected =
        [(Kind::Poll, 10, 20), (Kind::Poll, 20, 30), (Kind::Park, 40, 60), (Kind::Poll, 70, 1_000)];
    assert_eq!(shown(&timeline), expected);
    let goes_on: Vec<_> = timeline.slices.iter().map(|slice| slice.goes_on).collect();
    assert_eq!(goes_on, [false, false, false, false, false, true]);
}

#[test]
fn a_frame_stands_in_its_turn_which_goes_on_behind_it() {
    let timeline = timeline(vec![vec![
        at(10, Kind::Poll, 1),
        at(20, Kind::Enter, 0),
        at(30, Kind::Root, 7),
        at(40, Kind::End, 0),
        at(50, Kind::Leave, 0),
        at(60, Kind::Nest, 3),
        at(70, Kind::Leave, 0),
        at(80, Kind::Park, 0),
        at(90, Kind::Leave, 0), // of a frame whose beginning is not there
    ]]);
    let expected = [
        (Kind::Poll, 10, 80),
        (Kind::Enter, 20, 50),
        (Kind::Root, 30, 40),
        (Kind::Nest, 60, 70),
        (Kind::Park, 80, 90),
    ];
    assert_eq!(shown(&timeline), expected);
}

#[test]
fn events_that_share_a_reading_are_spread() {
    let timeline = timeline(vec![vec![
        at(100, Kind::Poll, 1),
        soon(100, Kind::Poll, 2),
        soon(100, Kind::Poll, 3),
        soon(100, Kind::Poll, 4),
        at(500, Kind::Poll, 5),
        soon(500, Kind::Poll, 6),
        soon(500, Kind::Poll, 7),
    ]]);
    let begins: Vec<_> = timeline.slices.iter().map(|slice| slice.begin.at).collect();
    assert_eq!(begins, [100, 200, 300, 400, 500, 600, 700]);
    let within: Vec<_> = timeline.slices.iter().map(|slice| slice.begin.within).collect();
    assert_eq!(within, [0, 400, 400, 400, 0, 300, 300]);
}

#[test]
fn a_flow_leads_from_each_wake_to_the_next_poll_of_its_task() {
    let timeline = timeline(vec![
        vec![
            at(10, Kind::Poll, 1),
            at(20, Kind::Spawn, 2),
            at(40, Kind::Poll, 3),
            at(50, Kind::Wake, 2),
            at(90, Kind::Wake, 9), // whose poll is not there
            at(95, Kind::Park, 0),
        ],
        vec![
            at(30, Kind::Poll, 2),
            at(45, Kind::Park, 0),
            at(60, Kind::Unpark, 0),
            at(61, Kind::Poll, 2),
            at(70, Kind::Poll, 2), // woke itself
        ],
        vec![at(15, Kind::Wake, 1), at(16, Kind::Wake, 3)], // on a thread that has no turns
    ]);
    let flows: Vec<_> = timeline.flows.iter().map(|flow| (flow.from, flow.to)).collect();
    assert_eq!(
        flows,
        [((16, 2), (40, 0)), ((20, 0), (30, 1)), ((50, 0), (61, 1))],
        "the wake of 1 came when it was polled already"
    );
    let alone: Vec<_> =
        shown(&timeline).into_iter().filter(|slice| slice.0 == Kind::Wake).collect();
    assert_eq!(alone, [(Kind::Wake, 15, 16), (Kind::Wake, 16, 1_000)]);
}

#[test]
fn a_poll_that_seems_to_be_early_has_its_wake() {
    let timeline = timeline(vec![
        vec![at(100, Kind::Poll, 1), soon(100, Kind::Wake, 2), at(300, Kind::Park, 0)],
        vec![at(150, Kind::Poll, 2), at(400, Kind::Park, 0)],
    ]);
    let flows: Vec<_> = timeline.flows.iter().map(|flow| (flow.from, flow.to)).collect();
    assert_eq!(flows, [((150, 0), (150, 1))]);
}

fn region(nanos: u64, number: u64, text: &str) -> [Event; 2] {
    let (stamp, words) = text_words(text.as_bytes());
    let part = Event { kind: Kind::Text, stamp, number: words, source: None };
    [at(nanos, Kind::RegionBegin, number << 8 | text.len() as u64), part]
}

#[test]
fn a_region_is_on_its_thread_if_it_stays_in_one_turn() {
    let mut first = vec![at(10, Kind::Poll, 1)];
    first.extend(region(20, 1, "outer"));
    first.extend(region(30, 2, "inner"));
    first.push(at(40, Kind::RegionEnd, 2 << 8));
    first.push(at(50, Kind::RegionEnd, 1 << 8));
    first.extend(region(60, 3, "far"));
    first.extend(region(65, 4, "crossed"));
    first.push(at(70, Kind::Poll, 2));
    first.extend(region(75, 5, "open"));
    let second = vec![at(80, Kind::Poll, 1), at(90, Kind::RegionEnd, 3 << 8)];
    let timeline = timeline(vec![second, first]);
    let regions: Vec<_> = timeline
        .slices
        .iter()
        .filter(|slice| slice.is_shown && slice.kind == Kind::RegionBegin)
        .map(|slice| (slice.text.as_str(), slice.begin.at, slice.end))
        .collect();
    assert_eq!(regions, [("outer", 20, 50), ("inner", 30, 40)]);
    let spans: Vec<_> =
        timeline.spans.iter().map(|span| (span.text.as_str(), span.begin, span.end)).collect();
    assert_eq!(spans, [("far", 60, 90), ("crossed", 65, 1_000), ("open", 75, 1_000)]);
}

#[test]
fn a_text_whose_beginning_is_gone_is_left_out() {
    let [_, part] = region(10, 1, "gone");
    let timeline = timeline(vec![vec![part, part, at(20, Kind::Poll, 1)]]);
    assert_eq!(shown(&timeline), [(Kind::Poll, 20, 1_000)]);
}

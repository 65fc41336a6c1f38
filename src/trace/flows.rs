//! Which wake led to which poll.
//!
//! A wake leads to the next poll of its task. Between two polls of a task there is at most one wake that queues it, so they are
//! paired by time: each poll takes the last wake before it that no earlier poll took; one that seems to be a little late, by
//! less than the times of both are known to, was before it too.

use std::collections::HashMap;

use super::event::Kind;
use super::timeline::{Flow, Timeline, When};

/// What one task had.
#[derive(Default)]
struct Story {
    wakes: Vec<Cause>,
    polls: Vec<(When, u64)>,
}

/// A wake or a spawn, and the slice it was made in.
#[derive(Clone, Copy)]
struct Cause {
    when: When,
    track: u64,
    slice: Option<(u64, u64)>,
}

/// All flows, in the order of their beginnings.
pub(super) fn of(timeline: &Timeline) -> Vec<Flow> {
    let mut stories: HashMap<u64, Story> = HashMap::new();
    for slice in &timeline.slices {
        if matches!(slice.kind, Kind::Poll | Kind::Root | Kind::Job | Kind::Nest) {
            stories.entry(slice.number).or_default().polls.push((slice.begin, slice.track));
        }
    }
    for instant in &timeline.instants {
        if let Kind::Wake | Kind::Spawn = instant.event.kind
            && let Some(story) = stories.get_mut(&instant.event.number)
        {
            let slice = instant.slice.map(|slice| &timeline.slices[slice]);
            let slice = slice.map(|slice| (slice.begin.at, slice.end));
            story.wakes.push(Cause { when: instant.when, track: instant.track, slice });
        }
    }
    let mut flows: Vec<Flow> = stories.into_values().flat_map(Story::flows).collect();
    flows.sort_by_key(|flow| flow.from);
    flows
}

impl Story {
    fn flows(mut self) -> Vec<Flow> {
        self.wakes.sort_by_key(|wake| wake.when.at);
        self.polls.sort_by_key(|(begin, _)| begin.at);
        let mut wakes = self.wakes.into_iter().peekable();
        let mut flows = Vec::new();
        for (begin, track) in self.polls {
            let mut cause = None;
            while let Some(wake) = wakes.next_if(|wake| wake.when.at <= begin.at) {
                cause = Some(wake);
            }
            let may_be_before =
                |wake: &Cause| wake.when.at <= begin.at + begin.within + wake.when.within;
            let cause = cause.or_else(|| wakes.next_if(may_be_before));
            flows.extend(cause.and_then(|cause| cause.flow_to(begin.at, track)));
        }
        flows
    }
}

impl Cause {
    /// The flow to a poll, which begins inside of the slice that it comes from.
    fn flow_to(self, begin: u64, track: u64) -> Option<Flow> {
        let mut from = self.when.at.min(begin);
        if let Some((first, last)) = self.slice {
            from = from.clamp(first, last);
        }
        (from <= begin).then_some(Flow { from: (from, self.track), to: (begin, track) })
    }
}

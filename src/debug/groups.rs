//! Tasks that have something in common, and are told of together.
//!
//! A dump may have a million tasks, and a page shows a few dozen lines. So tasks of one kind are a group, with a count; of the groups the
//! [`MOST_GROUPS`] largest are kept, and of each the first [`MOST_TASKS`] tasks. What all tasks of a program can be grouped by are places and
//! types, which are as many as its code has; never their names.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::Location;
use std::time::Duration;

use super::json;
use crate::runtime::dump::{Dump, TaskDump, TaskKind, TaskState, WaitReason};
use crate::task::Id;

const MOST_GROUPS: usize = 300;
const MOST_TASKS: usize = 100;
const MOST_NAMES: usize = 3;

/// What the tasks of one group have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum By {
    /// All but number and name.
    #[default]
    Alike,
    Place,
    Type,
    /// What they do or wait for.
    Reason,
}

/// Which tasks are to be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) by: By,
    /// A text in small letters that the name, type, place or reason has in it, or the number of a task.
    pub(super) filter: Option<String>,
}

/// The largest groups, and how much is missing.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    /// Tasks of the runtime that are known.
    pub(super) listed: usize,
    pub(super) unlisted: usize,
    /// Those of them that were asked for.
    pub(super) selected: usize,
    /// Groups that are missing, and the tasks of those.
    pub(super) other_groups: usize,
    pub(super) other_tasks: usize,
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) common: Common,
    pub(super) count: usize,
    /// The task with the least number.
    pub(super) first: Option<Id>,
    /// Of the one that runs for longest.
    pub(super) elapsed: Option<Duration>,
    /// Some of their names.
    pub(super) names: Vec<String>,
    /// Some of them.
    pub(super) tasks: Vec<Single>,
}

/// What is common to a group; none is what it was not grouped by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Common {
    pub(super) kind: Option<TaskKind>,
    pub(super) state: Option<TaskState>,
    pub(super) reason: Option<WaitReason>,
    pub(super) has_timeout: bool,
    pub(super) place: Option<&'static Location<'static>>,
    pub(super) type_name: Option<&'static str>,
}

/// One task.
#[derive(Debug)]
pub(super) struct Single {
    pub(super) id: Option<Id>,
    pub(super) name: Option<String>,
    /// All of it.
    pub(super) common: Common,
    pub(super) worker: Option<usize>,
    pub(super) elapsed: Option<Duration>,
}

impl By {
    pub(super) fn of(text: &str) -> Self {
        match text {
            "place" => Self::Place,
            "type" => Self::Type,
            "reason" => Self::Reason,
            _ => Self::Alike,
        }
    }

    fn common(self, all: &Common) -> Common {
        let none = Common::default();
        match self {
            Self::Alike => all.clone(),
            Self::Place => Common { place: all.place, ..none },
            Self::Type => Common { type_name: all.type_name, ..none },
            Self::Reason => Common { state: all.state, reason: all.reason, ..none },
        }
    }
}

impl Common {
    fn of(task: &TaskDump<'_>) -> Self {
        Self {
            kind: Some(task.kind()),
            state: Some(task.state()),
            reason: task.reason(),
            has_timeout: task.has_timeout(),
            place: Some(task.spawned_at()),
            type_name: Some(task.type_name()),
        }
    }

    /// A number for the group, by which it is asked for: the same from dump to dump.
    pub(super) fn number(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    pub(super) fn kind_text(&self) -> Option<&'static str> {
        self.kind.map(|kind| match kind {
            TaskKind::Task => "task",
            TaskKind::Local => "local task",
            TaskKind::Blocking => "closure",
            TaskKind::BlockOn => "block_on",
        })
    }

    pub(super) fn state_text(&self) -> Option<&'static str> {
        self.state.map(|state| match state {
            TaskState::Running => "running",
            TaskState::Runnable => "runnable",
            TaskState::Waiting => "waiting",
        })
    }

    fn has(&self, filter: &str) -> bool {
        let place = self.place.map(ToString::to_string);
        let reason = self.reason.map(|reason| reason.to_string());
        [self.type_name, place.as_deref(), reason.as_deref(), self.state_text(), self.kind_text()]
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(filter))
    }
}

impl Groups {
    pub(super) fn of(dump: &Dump, selection: &Selection) -> Self {
        let mut groups = HashMap::new();
        let mut sieve = Sieve::new(selection.filter.as_deref());
        let (mut listed, mut selected) = (0, 0);
        for task in dump.tasks() {
            listed += 1;
            let all = Common::of(&task);
            if !sieve.lets_through(&task, &all) {
                continue;
            }
            selected += 1;
            let common = selection.by.common(&all);
            groups.entry(common).or_insert_with_key(Group::new).add(&task, all);
        }
        let groups = groups.into_values().collect();
        Self { listed, unlisted: dump.unlisted(), selected, ..Self::largest(groups) }
    }

    fn largest(mut groups: Vec<Group>) -> Self {
        // In an order that does not change from dump to dump.
        groups.sort_by_key(|group| (std::cmp::Reverse(group.count), group.common.number()));
        let others = groups.split_off(groups.len().min(MOST_GROUPS));
        let other_tasks = others.iter().map(|group| group.count).sum();
        Self { groups, other_groups: others.len(), other_tasks, ..Self::default() }
    }

    /// The group with this number.
    pub(super) fn get(&self, number: u64) -> Option<&Group> {
        self.groups.iter().find(|group| group.common.number() == number)
    }
}

impl Group {
    fn new(common: &Common) -> Self {
        let (names, tasks) = (Vec::new(), Vec::new());
        Self { common: common.clone(), count: 0, first: None, elapsed: None, names, tasks }
    }

    fn add(&mut self, task: &TaskDump<'_>, all: Common) {
        self.count += 1;
        self.first = match (self.first, task.id()) {
            (Some(first), Some(id)) => Some(first.min(id)),
            (first, id) => first.or(id),
        };
        self.elapsed = self.elapsed.max(task.elapsed());
        let name = task.name().map(json::cut);
        if let Some(name) = name
            && self.names.len() < MOST_NAMES
            && !self.names.iter().any(|known| known == name)
        {
            self.names.push(name.into());
        }
        if self.tasks.len() < MOST_TASKS {
            let (id, name) = (task.id(), name.map(Into::into));
            let (worker, elapsed) = (task.worker(), task.elapsed());
            self.tasks.push(Single { id, name, common: all, worker, elapsed });
        }
    }
}

/// Lets those tasks through that were asked for. What many have in common is looked at once.
struct Sieve<'a> {
    filter: Option<&'a str>,
    seen: HashMap<Common, bool>,
}

impl<'a> Sieve<'a> {
    fn new(filter: Option<&'a str>) -> Self {
        Self { filter, seen: HashMap::new() }
    }

    fn lets_through(&mut self, task: &TaskDump<'_>, all: &Common) -> bool {
        let Some(filter) = self.filter else { return true };
        let is_common = match self.seen.get(all) {
            Some(has) => *has,
            None => *self.seen.entry(all.clone()).or_insert_with(|| all.has(filter)),
        };
        is_common
            || task.name().is_some_and(|name| name.to_lowercase().contains(filter))
            || task.id().is_some_and(|id| id.to_string() == filter)
    }
}

//! Tasks that are alike, and how they are counted.

use std::collections::{BTreeMap, HashMap};
use std::panic::Location;
use std::ptr;
use std::time::{Duration, Instant};

use crate::cell::{Glimpse, Kind, Phase};
use crate::dump::{TaskKind, TaskState, WaitReason};
use crate::runtime::{Handle, global};
use crate::scheduler::{Scheduler, Unlisted, context};

/// Counts the tasks of the runtime that this thread is in, else those of the global one, by where they were spawned and what they
/// wait for.
///
/// [The module](mod@crate::profile) has an example, and tells what is counted. It may be called from anywhere; it blocks the thread for
/// a while if there are very many tasks.
///
/// # Panics
///
/// In a child that was forked off inside a task: its runtime is the parent's.
#[must_use]
#[track_caller]
pub fn profile() -> Profile {
    match context::current() {
        Some(scheduler) => Profile::of(&scheduler),
        None => global().handle().profile(),
    }
}

impl Handle {
    /// Counts the tasks of this runtime by where they were spawned and what they wait for: see [`profile`](mod@crate::profile).
    ///
    /// # Panics
    ///
    /// In a child that was forked off the process of this runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// assert!(runtime.handle().profile().groups().is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn profile(&self) -> Profile {
        Profile::of(self.scheduler())
    }
}

/// How many tasks of each kind there were at one moment.
///
/// Its text, by `Display`, has a paragraph for each group.
#[derive(Clone, Debug)]
pub struct Profile {
    groups: Vec<TaskGroup>,
    unlisted: Unlisted,
}

/// Tasks that were spawned at the same place, from futures of the same type, and do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskGroup {
    /// Where they were spawned.
    pub spawned_at: &'static Location<'static>,
    /// The name of the future's type.
    pub type_name: &'static str,
    /// What they are.
    pub kind: TaskKind,
    /// What they do.
    pub state: TaskState,
    /// What they wait for, if they do.
    pub reason: Option<WaitReason>,
    /// How many they are.
    pub count: usize,
    /// How many of them nothing can wake any more.
    pub lost: usize,
    /// How old the oldest is, at least.
    pub oldest: Duration,
}

/// What is the same of two tasks that are counted together, found without a look at any text. A place may have several addresses.
type Alike = (usize, usize, TaskKind, TaskState, Option<WaitReason>);

/// The same, by what the addresses lead to.
type Same = (&'static Location<'static>, &'static str, TaskKind, TaskState, Option<WaitReason>);

/// So many tasks that are alike.
struct Count {
    first: Glimpse,
    count: usize,
    lost: usize,
    oldest: u16,
}

impl Profile {
    #[track_caller]
    fn of(scheduler: &Scheduler) -> Self {
        let mut counts: HashMap<Alike, Count> = HashMap::new();
        let unlisted = scheduler.visit_tasks(|task| {
            let count = counts.entry(alike(&task)).or_insert_with(|| Count::new(&task));
            count.add(&task);
        });
        let mut groups = BTreeMap::new();
        let now = Instant::now();
        for (alike, count) in counts {
            let group = count.into_group(alike, |generation| scheduler.age(generation, now));
            let entry = groups.entry(group.same());
            entry.and_modify(|same: &mut TaskGroup| same.merge(&group)).or_insert(group);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        Self { groups, unlisted }
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn groups(&self) -> &[TaskGroup] {
        &self.groups
    }

    /// Tasks of the runtime that have not ended and are in no group: they have not waited so far.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.unlisted.own
    }

    /// Likewise of each [`LocalSet`](crate::task::LocalSet) of the process.
    #[must_use]
    pub fn unlisted_local(&self) -> usize {
        self.unlisted.local
    }
}

impl Count {
    fn new(first: &Glimpse) -> Self {
        Self { first: first.clone(), count: 0, lost: 0, oldest: u16::MAX }
    }

    fn add(&mut self, task: &Glimpse) {
        self.count += 1;
        self.lost += usize::from(task.is_lost());
        self.oldest = self.oldest.min(task.history.generation);
    }

    fn into_group(self, alike: Alike, age: impl FnOnce(u16) -> Duration) -> TaskGroup {
        let (_, _, kind, state, reason) = alike;
        TaskGroup {
            spawned_at: self.first.spawned_at,
            type_name: (self.first.type_name)(),
            kind,
            state,
            reason,
            count: self.count,
            lost: self.lost,
            oldest: age(self.oldest),
        }
    }
}

impl TaskGroup {
    fn same(&self) -> Same {
        (self.spawned_at, self.type_name, self.kind, self.state, self.reason)
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.lost += other.lost;
        self.oldest = self.oldest.max(other.oldest);
    }
}

fn alike(task: &Glimpse) -> Alike {
    let (state, reason) = match task.phase {
        Phase::Idle(why) => (TaskState::Waiting, Some(why.reason())),
        Phase::Woken(_) => (TaskState::Runnable, None),
        Phase::Held => (TaskState::Running, None),
    };
    let kind = if task.kind == Kind::Local { TaskKind::Local } else { TaskKind::Task };
    let place = ptr::from_ref(task.spawned_at).addr();
    (place, ptr::from_ref(task.type_name).addr(), kind, state, reason)
}

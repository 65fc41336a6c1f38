//! The text of a profile.

use std::fmt;

use super::{Profile, TaskGroup};
use crate::dump::{TaskKind, TaskState};
use crate::runtime::dump::write_unlisted;

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&TaskGroup) -> usize| self.groups().iter().map(of).sum::<usize>();
        let unlisted = self.unlisted() + self.unlisted_local();
        let (total, lost) = (sum(|group| group.count) + unlisted, sum(|group| group.lost));
        write!(f, "runtime: {total} {}", noun(total))?;
        if lost > 0 {
            write!(f, ", of which {lost} are lost: nothing can wake them")?;
        }
        writeln!(f, "\n")?;
        self.groups().iter().try_for_each(|group| writeln!(f, "{group}"))?;
        write_unlisted(f, self.unlisted(), "")?;
        write_unlisted(f, self.unlisted_local(), "local ")
    }
}

impl fmt::Display for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.count)?;
        if self.kind == TaskKind::Local {
            f.write_str("local ")?;
        }
        f.write_str(noun(self.count))?;
        match (self.state, self.reason) {
            (TaskState::Running, _) => f.write_str(" running")?,
            (TaskState::Runnable, _) => f.write_str(" runnable")?,
            (TaskState::Waiting, None) => f.write_str(" waiting")?,
            (TaskState::Waiting, Some(reason)) => write!(f, " waiting: {reason}")?,
        }
        if self.lost > 0 {
            write!(f, ", {} lost", self.lost)?;
        }
        write!(f, ", the oldest for {:.1}s or more", self.oldest.as_secs_f64())?;
        write!(f, "\n    {}  {}", self.spawned_at, self.type_name)
    }
}

fn noun(tasks: usize) -> &'static str {
    if tasks == 1 { "task" } else { "tasks" }
}

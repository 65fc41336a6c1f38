//! When the monitor looks for a deadlock, in its rest.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::evidence::{Against, Evidence};
use super::outside::{Crowd, Outside};
use super::report;
use crate::scheduler::Scheduler;
use crate::util::contain::contain;

/// From the first look to the next.
pub(super) const PATIENCE: Duration = Duration::from_millis(50);

/// From one look to the next at most, while nothing but foreign threads stands against a report.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// What the monitor has seen in its rests. It belongs to one thread.
#[derive(Debug, Default)]
pub(in crate::scheduler) struct Vigil {
    /// What was seen at the last look of this rest, and when it was seen first.
    suspicion: Option<(Evidence, Instant)>,
    /// What was reported last.
    reported: Option<Evidence>,
    /// Whether one was reported that may be none.
    has_doubted: bool,
    /// When this rest began.
    began: Option<Instant>,
}

impl Vigil {
    /// A rest begins; after what time to look, if at all.
    pub(in crate::scheduler) fn begin(
        &mut self,
        schedulers: &[&Arc<Scheduler>],
    ) -> Option<Duration> {
        self.began = Some(Instant::now());
        self.suspicion = None;
        self.suspect(schedulers)
    }

    /// The time is over, and nobody has roused the monitor; after what time to look again, if at all.
    pub(in crate::scheduler) fn look(
        &mut self,
        schedulers: &[&Arc<Scheduler>],
    ) -> Option<Duration> {
        let Some((before, _)) = self.suspicion.take() else { return self.suspect(schedulers) };
        let in_test = schedulers.iter().any(|scheduler| scheduler.config.is_test);
        let crowd = Outside::of_this_process().crowd(&before.threads(), in_test);
        if crowd == Crowd::Known && schedulers.iter().any(|all| all.may_wait_for_guest()) {
            return None;
        }
        match Evidence::gather(schedulers) {
            Ok(now) if now == before && crowd != Crowd::Strangers => {
                self.report(schedulers, crowd == Crowd::Known);
                self.reported = Some(now);
                None
            }
            gathered => self.note(gathered),
        }
    }

    /// One that may be none is reported once: a program whose own threads wake its tasks would be told of each of its pauses.
    fn report(&mut self, schedulers: &[&Arc<Scheduler>], is_sure: bool) {
        if is_sure || !std::mem::replace(&mut self.has_doubted, true) {
            contain(|| report::report(schedulers, is_sure));
        }
    }

    fn suspect(&mut self, schedulers: &[&Arc<Scheduler>]) -> Option<Duration> {
        self.note(Evidence::gather(schedulers))
    }

    fn note(&mut self, gathered: Result<Evidence, Against>) -> Option<Duration> {
        match gathered {
            Ok(evidence) if self.reported.as_ref() == Some(&evidence) => None,
            Ok(evidence) => {
                self.suspicion = Some((evidence, Instant::now()));
                Some(self.pause())
            }
            Err(Against::Outside) => Some(self.pause()),
            Err(Against::Work) => None,
        }
    }

    /// As long as this rest has lasted, within limits: so a wait of any length costs few looks.
    fn pause(&self) -> Duration {
        self.began.map_or(PATIENCE, |began| began.elapsed().clamp(PATIENCE, LONGEST))
    }
}

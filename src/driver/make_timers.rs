//! The wheels of timers, each made when it is first needed. `attend` argues the steps.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::{Arc, OnceLock};

use super::attend::Driver;
use super::{Tick, Timers};
use crate::util::contain::contain;
use crate::util::sync::fence;

impl Driver {
    /// The wheel of a worker, or for `None` that of all other threads.
    pub(crate) fn timers(self: &Arc<Self>, worker: Option<usize>) -> Arc<Timers> {
        let last = self.wheels.len() - 1;
        // Spare workers share the wheels of the others.
        let place = &self.wheels[worker.map_or(last, |worker| worker % last)];
        place.get().unwrap_or_else(|| self.make_timers(place)).clone()
    }

    #[cold]
    fn make_timers<'a>(self: &Arc<Self>, place: &'a OnceLock<Arc<Timers>>) -> &'a Arc<Timers> {
        let timers = place.get_or_init(|| {
            let driver = Arc::downgrade(self);
            Arc::new(Timers::new(move |next| {
                if let Some(driver) = driver.upgrade() {
                    driver.timer_set(next);
                }
            }))
        });
        self.tell_time(timers);
        fence(SeqCst);
        if self.closed.load(Relaxed) {
            contain(|| timers.close());
        }
        timers
    }

    /// A wheel has something earlier than before. It has fenced.
    fn timer_set(&self, next: Tick) {
        if !self.crew.looks_in_here() {
            self.reach(next);
        }
    }
}

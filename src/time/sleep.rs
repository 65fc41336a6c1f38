//! Waiting for one moment.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::Instant;
use crate::coop::{self, WaitReason};
use crate::driver::{Closed, Tick, Timer};
use crate::runtime::driver;

/// Waits until `duration` has gone by.
///
/// The time runs from this call on, not from the first poll. Any duration will do: what is too long for the
/// system's clock is waited for as if it were 30 years.
///
/// # Cancel safety
///
/// Safe: dropping the future ends the wait, and nothing is lost.
///
/// # Panics
///
/// When it is polled, if the runtime was built without timers, or the one where it waits has ended.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration};
///
/// runtime::block_on(async {
///     time::sleep(Duration::from_millis(1)).await;
///     println!("a millisecond later");
/// });
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(Instant::now().later_by(duration))
}

/// Waits until `deadline`; not at all if that is over.
///
/// # Cancel safety
///
/// Safe: dropping the future ends the wait, and nothing is lost.
///
/// # Panics
///
/// When it is polled, if the runtime was built without timers, or the one where it waits has ended.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// runtime::block_on(async {
///     let deadline = Instant::now() + Duration::from_millis(1);
///     time::sleep_until(deadline).await;
///     assert!(Instant::now() >= deadline);
/// });
/// ```
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline, timer: Timer::new(Tick::of(deadline.into_std())) }
}

pin_project! {
    /// Future of [`sleep`](sleep()) and [`sleep_until`].
    ///
    /// It belongs to the runtime where it is polled first, and, once it was ready and is reset, to that of the next
    /// poll. It may be polled again after it was ready, and then is ready still.
    ///
    /// # Examples
    ///
    /// To wait for the same sleep in each turn of a loop, pin it outside:
    ///
    /// ```
    /// use runtime::sync::mpsc;
    /// use runtime::time::{self, Duration};
    ///
    /// # async fn sums(mut numbers: mpsc::Receiver<u32>) {
    /// let mut sum = 0;
    /// let silence = time::sleep(Duration::from_secs(5));
    /// runtime::pin!(silence);
    /// loop {
    ///     runtime::select! {
    ///         Some(number) = numbers.recv() => sum += number,
    ///         () = &mut silence => break println!("{sum} after five seconds"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use = "futures do nothing unless they are polled or awaited"]
    pub struct Sleep {
        deadline: Instant,
        // Its deadline is the tick of the one above.
        #[pin]
        timer: Timer,
    }
}

// A task that sleeps and does nothing else fits into a request of 168 bytes, 72 of which are its header.
#[cfg(all(not(loom), target_pointer_width = "64", unix))]
const _: () = assert!(size_of::<Sleep>() <= 80, "a sleep has grown");

impl Sleep {
    /// The moment that it waits for.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether its moment has come, as far as it was told: one that was never polled does not know.
    #[must_use]
    pub fn is_elapsed(&self) -> bool {
        self.timer.is_elapsed()
    }

    /// Makes it wait until `deadline`, whether or not it has been ready before.
    ///
    /// A task that waits for it is woken at the new moment; it need not poll it for that.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{self, Duration, Instant};
    ///
    /// runtime::block_on(async {
    ///     let sleep = time::sleep(Duration::from_secs(3_600));
    ///     runtime::pin!(sleep);
    ///     sleep.as_mut().reset(Instant::now() + Duration::from_millis(1));
    ///     sleep.await; // not for an hour
    /// });
    /// ```
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.project();
        *this.deadline = deadline;
        this.timer.reset(Tick::of(deadline.into_std()));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // To wait needs no unit, and neither does a wait that is over: it is over once, so no poll is endless for its sake.
        // So a sleep does not starve beside a branch that spends all units in each poll.
        let has_waited = self.timer.has_fired();
        ready!(coop::waits(WaitReason::Sleep, self.as_mut().poll_timer(cx)));
        if !has_waited {
            ready!(coop::poll_proceed(cx)).made_progress();
        }
        Poll::Ready(())
    }
}

impl Sleep {
    fn poll_timer(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match ready!(self.project().timer.poll_elapsed(cx, driver::timers)) {
            Ok(()) => Poll::Ready(()),
            Err(Closed) => runtime_ended(),
        }
    }
}

/// Nobody will ever wake whoever waits, so he must not wait; but a task that is about to be dropped may.
#[cold]
fn runtime_ended() -> Poll<()> {
    assert!(
        driver::is_last_poll(),
        "a sleep, timeout or interval was polled after the runtime in which it waits had ended"
    );
    Poll::Pending
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .field("is_elapsed", &self.is_elapsed())
            .finish()
    }
}

//! Who waits for the job of a stream.

use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::util::contain::contain;

/// On which side of the stream an operation is. What neither reads nor writes is on the writer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Reader,
    Writer,
}

/// The tasks that wait, each side's that asked last: a stream may be split between two.
#[derive(Default)]
pub(super) struct Waiting {
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Waiting {
    /// A task waits at a side. Returns what the job has to wake.
    pub(super) fn and(&mut self, side: Side, waker: &Waker) -> Waker {
        let (own, other) = self.sides(side);
        match own {
            Some(own) => own.clone_from(waker),
            None => *own = Some(waker.clone()),
        }
        match other {
            Some(other) if !other.will_wake(waker) => {
                Waker::from(Arc::new(Both(waker.clone(), other.clone())))
            }
            _ => waker.clone(),
        }
    }

    /// The job has ended, as a side has found: nobody waits for it any more, and the other side is told, in case that it ended while
    /// the one's waker was put in place of the other's.
    pub(super) fn end(&mut self, side: Side) {
        let (own, other) = self.sides(side);
        let (own, other) = (own.take(), other.take());
        contain(|| drop(own));
        contain(|| other.into_iter().for_each(Waker::wake));
    }

    fn sides(&mut self, own: Side) -> (&mut Option<Waker>, &mut Option<Waker>) {
        match own {
            Side::Reader => (&mut self.reader, &mut self.writer),
            Side::Writer => (&mut self.writer, &mut self.reader),
        }
    }
}

struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        contain(|| self.0.wake_by_ref());
        self.1.wake_by_ref();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    struct Panics;

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("a waker"));
        }
    }

    fn counting() -> (Arc<Wakes>, Waker) {
        let wakes = Arc::<Wakes>::default();
        (wakes.clone(), wakes.into())
    }

    #[test]
    fn the_job_wakes_both_sides() {
        let ((reads, reader), (writes, writer)) = (counting(), counting());
        let mut waiting = Waiting::default();
        waiting.and(Side::Reader, &reader).wake();
        assert_eq!((reads.0.load(SeqCst), writes.0.load(SeqCst)), (1, 0));
        waiting.and(Side::Writer, &writer).wake();
        assert_eq!((reads.0.load(SeqCst), writes.0.load(SeqCst)), (2, 1));
    }

    /// A job that ends while one waker is put in place of another wakes neither.
    #[test]
    fn who_finds_the_end_wakes_the_other_side_once() {
        let ((reads, reader), (writes, writer)) = (counting(), counting());
        let mut waiting = Waiting::default();
        drop((waiting.and(Side::Reader, &reader), waiting.and(Side::Writer, &writer)));
        waiting.end(Side::Writer);
        waiting.end(Side::Writer);
        assert_eq!((reads.0.load(SeqCst), writes.0.load(SeqCst)), (1, 0));
    }

    #[test]
    fn a_side_whose_waker_panics_disturbs_nobody() {
        let (reads, reader) = counting();
        let panics = Waker::from(Arc::new(Panics));
        let mut waiting = Waiting::default();
        waiting.and(Side::Reader, &reader);
        waiting.and(Side::Writer, &panics).wake();
        assert_eq!(reads.0.load(SeqCst), 1);
        waiting.end(Side::Reader);
    }
}

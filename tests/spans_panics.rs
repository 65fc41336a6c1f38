//! With the feature `tracing`: a subscriber that panics, or spawns, disturbs neither tasks nor workers nor the monitor.
#![cfg(feature = "tracing")]

mod support;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use futures::executor;
use runtime::{Builder, task};
use support::{Gate, all_kinds, eventually, hush, watch};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What the subscriber does badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NewSpan,
    Enter,
    Exit,
    Close,
    Event,
    /// It spawns a task each time that it is told of another one's poll.
    Spawns,
}

const FAULTS: [Fault; 6] =
    [Fault::NewSpan, Fault::Enter, Fault::Exit, Fault::Close, Fault::Event, Fault::Spawns];

static CHOSEN: AtomicUsize = AtomicUsize::new(usize::MAX);

/// How often the fault was met.
static MET: AtomicUsize = AtomicUsize::new(0);

struct Faulty;

impl Faulty {
    fn may_fail(&self, here: Fault) {
        if FAULTS.get(CHOSEN.load(Relaxed)) == Some(&here) {
            MET.fetch_add(1, Relaxed);
            panic!("the subscriber fails in {here:?}");
        }
    }
}

thread_local! {
    /// Whether the subscriber itself spawns, so that it is told of that too.
    static SPAWNS: Cell<bool> = const { Cell::new(false) };
}

impl Subscriber for Faulty {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runtime::")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.may_fail(Fault::NewSpan);
        Id::from_u64(NEXT.fetch_add(1, Relaxed))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.may_fail(Fault::Event);
    }

    fn enter(&self, _: &Id) {
        self.may_fail(Fault::Enter);
        let spawns = FAULTS.get(CHOSEN.load(Relaxed)) == Some(&Fault::Spawns);
        // Of so many, else those that it spawns would have it spawn others for ever.
        if spawns && MET.fetch_add(1, Relaxed) < 20 && !SPAWNS.replace(true) {
            drop(task::spawn(async {}));
            SPAWNS.set(false);
        }
    }

    fn exit(&self, _: &Id) {
        self.may_fail(Fault::Exit);
    }

    fn try_close(&self, _: Id) -> bool {
        self.may_fail(Fault::Close);
        true
    }
}

#[test]
fn a_faulty_subscriber_disturbs_nobody() {
    let _watch = watch();
    hush();
    tracing::subscriber::set_global_default(Faulty).unwrap();
    for (number, fault) in FAULTS.into_iter().enumerate() {
        CHOSEN.store(number, Relaxed);
        MET.store(0, Relaxed);
        for runtime in all_kinds() {
            runtime.block_on(async {
                let yields = async {
                    task::yield_now().await;
                    7
                };
                assert_eq!(task::spawn(yields).await.unwrap(), 7, "{fault:?}");
                assert_eq!(task::spawn_blocking(|| 8).await.unwrap(), 8, "{fault:?}");
                let panics = task::spawn(async { panic!("its own") });
                let payload = panics.await.unwrap_err().into_panic();
                assert_eq!(support::text_of(&*payload), "its own", "{fault:?}");
                let aborted = task::spawn(std::future::pending::<()>());
                task::yield_now().await;
                aborted.abort();
                assert!(aborted.await.unwrap_err().is_cancelled(), "{fault:?}");
            });
            let metrics = runtime.metrics();
            runtime.spawn(std::future::pending::<()>());
            drop(runtime);
            eventually("all tasks have ended", || metrics.num_alive_tasks() == 0);
        }
        stall();
        assert!(MET.load(Relaxed) > 0, "{fault:?} was never met");
    }
}

/// A permit is retaken from a task that blocks, and its stall reported.
fn stall() {
    let mut builder = Builder::new_multi_thread();
    let (tell, told) = std::sync::mpsc::channel();
    let tell = std::sync::Mutex::new(tell);
    builder.worker_threads(1).on_stuck(move |_| {
        let _ = tell.lock().unwrap().send(());
    });
    let runtime = builder.build().unwrap();
    let gate = Gate::new("the stall was reported");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            let behind = task::spawn(async {});
            gate.wait();
            behind.await.unwrap();
        }
    });
    told.recv().unwrap();
    executor::block_on(runtime.spawn(async {})).unwrap(); // by a spare worker
    gate.open();
    executor::block_on(blocks).unwrap();
}

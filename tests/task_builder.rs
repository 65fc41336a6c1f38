//! Names of tasks.
#![cfg(feature = "rt-multi-thread")]

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use runtime::dump::TaskState;
use runtime::task::{self, Builder, LocalSet};

fn names(handle: &runtime::Handle) -> BTreeSet<String> {
    handle.dump().tasks().filter_map(|task| Some(task.name()?.to_owned())).collect()
}

/// A task of each kind has its name, whichever way it was spawned, and its own outcome.
#[test]
fn every_way_to_spawn_gives_the_name_and_the_task() {
    let runtime = runtime::Runtime::new().unwrap();
    let (handle, set) = (runtime.handle().clone(), LocalSet::new());
    let (end, ended) = task_end();
    let (free, is_free) = mpsc::channel::<()>();
    let (free_on, is_free_on) = mpsc::channel::<()>();
    let outcome = runtime.block_on(set.run_until(async {
        let named = |name| Builder::new().name(name);
        let wait = |n: u32| {
            let mut ended = ended.clone();
            async move {
                ended.wait().await;
                n
            }
        };
        let tasks = [
            named("spawn").spawn(wait(1)).unwrap(),
            named("spawn_on").spawn_on(wait(2), &handle).unwrap(),
            named("spawn_local").spawn_local(wait(3)).unwrap(),
            named("spawn_local_on").spawn_local_on(wait(4), &set).unwrap(),
            named("spawn_blocking")
                .spawn_blocking(move || is_free.recv().map_or(5, |()| 0))
                .unwrap(),
            named("spawn_blocking_on")
                .spawn_blocking_on(move || is_free_on.recv().map_or(6, |()| 0), &handle)
                .unwrap(),
        ];
        let nameless = Builder::new().spawn(wait(7)).unwrap();
        let expected = ["spawn", "spawn_on", "spawn_local", "spawn_local_on"];
        let expected = expected.into_iter().chain(["spawn_blocking", "spawn_blocking_on"]);
        let expected: BTreeSet<_> = expected.map(str::to_owned).collect();
        let began = Instant::now();
        while names(&handle) != expected {
            assert!(began.elapsed() < Duration::from_secs(20), "{:?}", names(&handle));
            task::yield_now().await;
        }
        let text = handle.dump().to_string();
        assert!(text.contains("\"spawn_local\""), "{text}");
        end.end();
        drop((free, free_on));
        let mut outcome = nameless.await.unwrap();
        for task in tasks {
            outcome = outcome * 10 + task.await.unwrap();
        }
        outcome
    }));
    assert_eq!(outcome, 7_123_456);
    assert_eq!(names(&handle), BTreeSet::new());
}

#[test]
fn the_place_is_the_callers() {
    let runtime = runtime::Runtime::new().unwrap();
    let line = line!() + 1;
    let task = Builder::new().name("here").spawn_on(std::future::pending::<()>(), runtime.handle());
    let id = task.unwrap().id();
    loop {
        let dump = runtime.handle().dump();
        let found = dump.tasks().find(|task| task.id() == Some(id));
        if let Some(task) = found.filter(|task| task.state() == TaskState::Waiting) {
            return assert_eq!((task.spawned_at().line(), task.name()), (line, Some("here")));
        }
        std::thread::yield_now();
    }
}

/// What tasks of any kind can wait for, without a feature.
#[derive(Clone)]
struct End(futures::future::Shared<futures::channel::oneshot::Receiver<()>>);

struct Ender(futures::channel::oneshot::Sender<()>);

impl End {
    async fn wait(&mut self) {
        let _ = self.0.clone().await;
    }
}

impl Ender {
    fn end(self) {
        drop(self.0);
    }
}

fn task_end() -> (Ender, End) {
    let (tx, rx) = futures::channel::oneshot::channel();
    (Ender(tx), End(futures::FutureExt::shared(rx)))
}

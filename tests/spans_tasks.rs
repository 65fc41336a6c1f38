//! With the feature `tracing`: what a subscriber is told of tasks, stalls, retakes and the bound of threads.
#![cfg(feature = "tracing")]

mod support;

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

use futures::executor;
use runtime::runtime::LocalRuntime;
use runtime::task::{self, LocalSet};
use runtime::{Builder, Runtime};
use support::{Gate, all_kinds, current_thread, eventually, hush, watch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Fields by name, as texts.
type Fields = HashMap<&'static str, String>;

/// What a subscriber was told.
#[derive(Clone, Debug)]
enum Told {
    New(u64, Fields),
    Enter(u64),
    Exit(u64),
    Close(u64),
    /// An event by its target, and the span that was current.
    Event(&'static str, Fields, Option<u64>),
}

/// Writes down everything. There is one for all tests of this file.
struct Recorder;

static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

thread_local! {
    static CURRENT: Mutex<Vec<u64>> = const { Mutex::new(Vec::new()) };
}

fn tell(told: Told) {
    TOLD.lock().unwrap().push(told);
}

fn told() -> Vec<Told> {
    TOLD.lock().unwrap().clone()
}

/// Collects fields.
#[derive(Default)]
struct Collector(Fields);

impl Visit for Collector {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runtime::") || metadata.target() == "test"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Relaxed);
        let mut fields = Collector::default();
        attributes.record(&mut fields);
        fields.0.insert("target", attributes.metadata().target().to_owned());
        fields.0.insert("is_root", attributes.is_root().to_string());
        tell(Told::New(id, fields.0));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Collector::default();
        event.record(&mut fields);
        let current = CURRENT.with(|current| current.lock().unwrap().last().copied());
        tell(Told::Event(event.metadata().target(), fields.0, current));
    }

    fn enter(&self, span: &Id) {
        CURRENT.with(|current| current.lock().unwrap().push(span.into_u64()));
        tell(Told::Enter(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let left = CURRENT.with(|current| current.lock().unwrap().pop());
        assert_eq!(left, Some(span.into_u64()), "spans are left in order");
        tell(Told::Exit(span.into_u64()));
    }

    fn try_close(&self, span: Id) -> bool {
        tell(Told::Close(span.into_u64()));
        true
    }
}

/// Has the recorder told of everything from now on, on all threads.
fn subscribe() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

/// The span of the task with this number, and its fields.
fn span_of(task: task::Id) -> (u64, Fields) {
    let number = task.to_string();
    let is_it = |told| match told {
        Told::New(id, fields) if fields.get("task.id") == Some(&number) => Some((id, fields)),
        _ => None,
    };
    told().into_iter().find_map(is_it).expect("the task has a span")
}

/// How often a span was entered, left and closed.
fn visits(span: u64) -> (usize, usize, usize) {
    let told = told();
    let count = |is: fn(&Told, u64) -> bool| told.iter().filter(|told| is(told, span)).count();
    (
        count(|told, span| matches!(told, Told::Enter(id) if *id == span)),
        count(|told, span| matches!(told, Told::Exit(id) if *id == span)),
        count(|told, span| matches!(told, Told::Close(id) if *id == span)),
    )
}

/// The events of a target.
fn events(target: &str) -> Vec<(Fields, Option<u64>)> {
    let is_it = |told| match told {
        Told::Event(of, fields, span) if of == target => Some((fields, span)),
        _ => None,
    };
    told().into_iter().filter_map(is_it).collect()
}

fn with_bound(bound: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(1).max_blocking_threads(bound).build().unwrap()
}

#[test]
fn a_task_has_a_span_that_is_entered_in_each_of_its_polls() {
    let _watch = watch();
    subscribe();
    for runtime in all_kinds() {
        let (task, line) = (
            runtime.spawn(async {
                for _ in 0..3 {
                    task::yield_now().await;
                }
                tracing::info!(target: "test", task = %task::id());
            }),
            line!() - 6,
        );
        let id = task.id();
        runtime.block_on(task).unwrap();
        let (span, fields) = span_of(id);
        eventually("the span is closed", || visits(span) == (4, 4, 1));
        let expected = [
            ("target", "runtime::task"),
            ("kind", "task"),
            ("loc.file", file!()),
            ("loc.line", &line.to_string()),
            ("is_root", "true"),
        ];
        for (name, value) in expected {
            assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
        }
        let (event, inside) = events("test")
            .into_iter()
            .find(|(fields, _)| fields.get("task") == Some(&id.to_string()))
            .expect("the event was told");
        assert_eq!(inside, Some(span), "{event:?}");
    }
}

#[test]
fn a_span_is_closed_however_its_task_ends() {
    let _watch = watch();
    subscribe();
    hush();
    let runtime = current_thread();
    let panics = runtime.spawn(async { panic!("on purpose") });
    let aborted = runtime.spawn(pending::<()>());
    let ended = runtime.spawn(pending::<()>());
    let (panics_id, aborted_id) = (panics.id(), aborted.id());
    runtime.block_on(async {
        task::yield_now().await;
        aborted.abort();
        assert!(panics.await.unwrap_err().is_panic());
        assert!(aborted.await.unwrap_err().is_cancelled());
    });
    let never_polled = runtime.spawn(async {});
    drop(runtime);
    for id in [panics_id, aborted_id, never_polled.id(), ended.id()] {
        let (enters, exits, closes) = visits(span_of(id).0);
        assert_eq!((enters, closes), (exits, 1));
    }
}

#[test]
fn local_tasks_and_blocking_closures_have_spans_of_their_kind() {
    let _watch = watch();
    subscribe();
    let runtime = LocalRuntime::new().unwrap();
    let local = runtime.spawn_local(async {});
    let closure = runtime.spawn_blocking(|| ());
    let set = LocalSet::new();
    let in_set = set.spawn_local(async {});
    let ids = [local.id(), in_set.id(), closure.id()];
    runtime.block_on(async {
        local.await.unwrap();
        closure.await.unwrap();
        set.run_until(in_set).await.unwrap();
    });
    for (id, kind) in ids.into_iter().zip(["local", "local", "blocking"]) {
        let (span, fields) = span_of(id);
        assert_eq!(fields["kind"], kind);
        eventually("it is closed", || visits(span) == (1, 1, 1));
    }
}

#[test]
fn a_stall_and_the_retake_are_events() {
    let _watch = watch();
    subscribe();
    let runtime = with_bound(8);
    let gate = Gate::new("both were told");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            drop(task::spawn(async {}));
            gate.wait();
        }
    });
    let id = blocks.id().to_string();
    let stall = || {
        let is_it = |(fields, _): &(Fields, _)| fields.get("task.id") == Some(&id);
        events("runtime::stall").into_iter().find(is_it)
    };
    eventually("the stall is told", || stall().is_some());
    let (fields, _) = stall().unwrap();
    assert_eq!(fields["loc.file"], file!());
    // The task's own type, without what is put around it.
    let name = &fields["task.type_name"];
    assert!(name.starts_with("spans_tasks::a_stall_and_the_retake_are_events"), "{name}");
    let number = &fields["runtime"];
    let is_ours = |(fields, _): &(Fields, _)| fields.get("runtime") == Some(number);
    eventually("the retake is told", || events("runtime::retake").iter().any(is_ours));
    if cfg!(target_os = "linux") {
        let retakes = events("runtime::retake").into_iter().filter(is_ours);
        assert!(retakes.into_iter().any(|(fields, _)| fields["activity"] == "blocks"));
        assert_eq!(fields["activity"], "blocks");
    }
    gate.open();
    executor::block_on(blocks).unwrap();
}

#[test]
fn the_bound_is_an_event_once() {
    let _watch = watch();
    subscribe();
    let runtime = with_bound(1);
    let metrics = runtime.metrics();
    let before = events("runtime::bound").len();
    let gate = Gate::new("the bound was told");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            drop(task::spawn(async {}));
            gate.wait();
        }
    });
    eventually("it was met more than once", || metrics.refused_retake_count() > 2);
    assert_eq!(events("runtime::bound").len(), before + 1);
    gate.open();
    executor::block_on(blocks).unwrap();
}

#[test]
fn a_span_tells_the_name_of_its_task_if_there_is_one() {
    let _watch = watch();
    subscribe();
    for runtime in all_kinds() {
        let named = || task::Builder::new().name("reaper");
        let handle = runtime.handle();
        let outside = named().spawn_on(async {}, handle).unwrap();
        let closure = named().spawn_blocking_on(|| (), handle).unwrap();
        let (inside, nameless) = runtime.block_on(async {
            task::spawn(async move { (named().spawn(async {}).unwrap(), task::spawn(async {})) })
                .await
                .unwrap()
        });
        for id in [outside.id(), closure.id(), inside.id()] {
            assert_eq!(span_of(id).1.get("task.name").map(String::as_str), Some("reaper"));
        }
        assert_eq!(span_of(nameless.id()).1.get("task.name"), None);
    }
    let set = LocalSet::new();
    let local = task::Builder::new().name("at home").spawn_local_on(async {}, &set).unwrap();
    assert_eq!(span_of(local.id()).1["task.name"], "at home");
}

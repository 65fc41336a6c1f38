//! All tasks are asleep: when that is said, and when it is not.
//!
//! What counts are the threads of the whole process, its main thread among them. So this file has no harness: each scenario is the
//! main thread of a child, whose standard error is read. One that must not be reported ends by itself, by the very source that the
//! runtime has to know of, long after a report would have come.

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::future::pending;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::Pin;
    use std::process::{Command, Stdio, exit};
    use std::sync::Arc;
    use std::task::{Context, Poll};
    use std::thread;
    use std::time::Duration;

    use runtime::runtime::{OnDeadlock, deadlock};
    use runtime::sync::{Barrier, Mutex, Notify, WaitGroup, mpsc, oneshot};
    use runtime::{Builder, Runtime};

    /// Longer than until a report.
    const LONG: Duration = Duration::from_millis(400);

    const CHILD: &str = "GOSCHED_TEST_DEADLOCK";
    const HEADLINE: &str = "all tasks are asleep";

    /// What is read of a scenario: so many reports, with these words in them.
    type Expected = (usize, &'static [&'static str]);
    type Scenario = (&'static str, fn(), Expected);

    const SCENARIOS: &[Scenario] = &[
        ("two tasks wait for each other's lock", crossed_locks, (1, &["1 task waiting: mutex"])),
        (
            "a future waits for a channel whose sender it has",
            own_sender,
            (1, &["1 `block_on` waiting: channel receive"]),
        ),
        ("a wait group is never done", wait_group, (1, &["wait group"])),
        ("in a current-thread runtime", current_thread, (1, &["1 `block_on` waiting: notify"])),
        (
            "two threads in `block_on` wait for each other",
            two_roots,
            (1, &["1 `block_on` waiting: oneshot receive"]),
        ),
        ("behind a closure that has ended", behind_a_closure, (1, &["pending"])),
        (
            "behind a closure that has ended and that nobody waited for",
            behind_a_detached_closure,
            (1, &["oneshot receive"]),
        ),
        ("in `main`", in_main, (1, &["1 task waiting: notify", "1 `block_on` waiting: join"])),
        ("beside the tools of the runtime", beside_tools, (1, &["1 `block_on` waiting: notify"])),
        #[cfg(feature = "debug-page")]
        ("beside a debug page", beside_a_page, (1, &["1 `block_on` waiting: notify"])),
        ("once, though it lasts", once, (1, &[])),
        ("again, when something has run", again, (2, &[])),
        ("`Panic` ends the `block_on`", panics, (0, &[])),
        ("`Panic` ends each `block_on` that waits", panics_all, (0, &[])),
        ("`Ignore` says nothing", ignored, (0, &[])),
        ("a runtime goes on after a panic", goes_on, (0, &[])),
        ("when the last stranger has gone", stranger_goes, (1, &["oneshot receive"])),
        ("not beside a timer", timer, (0, &[])),
        ("not beside a pipe that is read", pipe, (0, &[])),
        ("not beside a closure that runs", closure, (0, &[])),
        ("not beside a task that blocks its thread", blocking_task, (0, &[])),
        ("not beside a task that says that it blocks", task_in_place, (0, &[])),
        ("not while a future's end may wake others", destructor, (0, &[])),
        ("not beside a thread that has a sender", stranger, (0, &[])),
        ("not while the main thread is in no runtime", main_thread, (0, &[])),
        ("not beside a listener to a signal", signal, (0, &[])),
        ("not beside a child", child_process, (0, &[])),
        ("not while a guard says that something may wake", may_wake, (0, &[])),
        ("not while nobody is in `block_on`", nobody_waits, (0, &[])),
        #[cfg(feature = "test-util")]
        ("when a paused clock has no timer left", paused, (0, &[])),
    ];

    pub(super) fn main() {
        if let Ok(name) = std::env::var(CHILD) {
            let (_, scenario, _) = SCENARIOS.iter().find(|(of, ..)| *of == name).unwrap();
            scenario();
            exit(0);
        }
        let children: Vec<_> =
            SCENARIOS.iter().map(|scenario| (scenario, start(scenario.0))).collect();
        let faults = children.into_iter().filter_map(|(scenario, child)| judge(scenario, child));
        let faults: Vec<_> = faults.collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// What is wrong with what a child has said.
    fn judge((name, _, (reports, words)): &Scenario, child: std::process::Child) -> Option<String> {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let is_so = text.matches(HEADLINE).count() == *reports
            && words.iter().all(|words| text.contains(words))
            && output.status.success();
        println!("{name}: {}", if is_so { "ok" } else { "FAILED" });
        let wanted =
            || format!("{name}: {}, not {reports} times with {words:?}:\n{text}", output.status);
        (!is_so).then(wanted)
    }

    fn start(name: &str) -> std::process::Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        if name.contains("tools") {
            command.env("RUNTIME_SCHEDTRACE", "100");
        }
        command.env(CHILD, name).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn runtime() -> Runtime {
        Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    }

    fn with(what: OnDeadlock) -> Runtime {
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .on_deadlock(what)
            .build()
            .unwrap()
    }

    /// Does this later, on a thread of which nobody takes note.
    fn later(f: impl FnOnce() + Send + 'static) {
        thread::spawn(|| {
            let _guard = deadlock::never_wakes();
            thread::sleep(LONG);
            f();
        });
    }

    /// Ends the child later: by then it has said what it had to say.
    fn end_later() {
        later(|| exit(0));
    }

    async fn lock_both(first: Arc<Mutex<()>>, second: Arc<Mutex<()>>, met: Arc<Barrier>) {
        let _first = first.lock().await;
        met.wait().await;
        let _second = second.lock().await;
    }

    async fn deadlock() {
        let (a, b, met) = (Arc::default(), Arc::default(), Arc::new(Barrier::new(2)));
        let one = runtime::spawn(lock_both(Arc::clone(&a), Arc::clone(&b), met.clone()));
        let other = runtime::spawn(lock_both(b, a, met));
        one.await.unwrap();
        other.await.unwrap();
    }

    fn crossed_locks() {
        end_later();
        runtime().block_on(deadlock());
    }

    fn own_sender() {
        end_later();
        runtime().block_on(async {
            let (_tx, mut rx) = mpsc::channel::<u32>(1);
            rx.recv().await
        });
    }

    fn wait_group() {
        end_later();
        let group = WaitGroup::new();
        group.add(1);
        runtime().block_on(async move { group.wait().await });
    }

    fn current_thread() {
        end_later();
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { Notify::new().notified().await });
    }

    fn two_roots() {
        end_later();
        let runtime = runtime();
        let (to_main, main) = oneshot::channel::<()>();
        let (to_other, other) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        thread::spawn(move || {
            handle.block_on(async move {
                let _ = other.await;
                drop(to_main);
            });
        });
        runtime.block_on(async move {
            let _ = main.await;
            drop(to_other);
        });
    }

    fn behind_a_closure() {
        end_later();
        runtime().block_on(async {
            runtime::task::spawn_blocking(|| ()).await.unwrap();
            pending::<()>().await;
        });
    }

    fn behind_a_detached_closure() {
        later(|| {
            thread::sleep(6 * LONG);
            exit(0)
        });
        runtime()
            .block_on(async {
                drop(runtime::task::spawn_blocking(|| thread::sleep(LONG)));
                let (_tx, rx) = oneshot::channel::<()>();
                rx.await
            })
            .unwrap();
    }

    fn in_main() {
        #[runtime::main]
        async fn main() {
            Notify::new().notified().await;
        }
        end_later();
        main();
    }

    async fn never() {
        Notify::new().notified().await;
    }

    fn beside_tools() {
        use runtime::signal::unix::SignalKind;
        end_later();
        let mut builder = Builder::new_multi_thread();
        builder.enable_all().dump_on_signal(SignalKind::user_defined2());
        builder.build().unwrap().block_on(never());
    }

    #[cfg(feature = "debug-page")]
    fn beside_a_page() {
        use std::io::{Read, Write};
        end_later();
        let page = runtime::debug::serve("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(page.local_addr()).unwrap();
        client.write_all(b"GET /debug/tasks.json HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(client.read(&mut [0; 64]).unwrap() > 0);
        runtime().block_on(never());
    }

    fn once() {
        later(|| {
            thread::sleep(LONG);
            exit(0)
        });
        runtime().block_on(pending::<()>());
    }

    fn again() {
        let wake = Arc::new(Notify::new());
        let waker = wake.clone();
        later(move || {
            waker.notify_one();
            thread::sleep(LONG);
            exit(0)
        });
        runtime().block_on(async {
            wake.notified().await;
            wake.notified().await;
        });
    }

    /// Runs what does not return but by a panic, and returns its text.
    fn panic_of<R>(f: impl FnOnce() -> R) -> String {
        std::panic::set_hook(Box::new(|_| ()));
        let payload = catch_unwind(AssertUnwindSafe(f)).err().expect("it returned");
        *payload.downcast::<String>().expect("a text")
    }

    fn panics() {
        let text = panic_of(|| with(OnDeadlock::Panic).block_on(deadlock()));
        assert!(text.starts_with(HEADLINE) && text.contains("1 task waiting: mutex"), "{text}");
    }

    fn panics_all() {
        let runtime = with(OnDeadlock::Panic);
        let handle = runtime.handle().clone();
        let other = thread::spawn(move || panic_of(|| handle.block_on(pending::<()>())));
        let text = panic_of(|| runtime.block_on(pending::<()>()));
        assert!(text.contains("1 `block_on` waiting: pending"), "{text}");
        assert_eq!(other.join().unwrap(), text);
    }

    fn ignored() {
        end_later();
        with(OnDeadlock::Ignore).block_on(pending::<()>());
    }

    fn goes_on() {
        let runtime = with(OnDeadlock::Panic);
        for _ in 0..2 {
            panic_of(|| runtime.block_on(pending::<()>()));
            assert_eq!(
                runtime.block_on(async { runtime::spawn(async { 6 * 7 }).await.unwrap() }),
                42
            );
        }
    }

    fn stranger_goes() {
        let (tx, rx) = oneshot::channel::<()>();
        thread::spawn(|| thread::sleep(LONG));
        later(|| {
            thread::sleep(4 * LONG);
            drop(tx);
        });
        let _ = runtime().block_on(rx);
    }

    fn timer() {
        runtime().block_on(runtime::time::sleep(LONG));
    }

    fn shell(script: &str) -> runtime::process::Command {
        let mut command = runtime::process::Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn pipe() {
        use runtime::io::AsyncReadExt;
        runtime().block_on(async {
            let mut child = shell("sleep 0.4; echo done").stdout(Stdio::piped()).spawn().unwrap();
            let mut text = String::new();
            child.stdout.take().unwrap().read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "done\n");
        });
    }

    fn closure() {
        runtime().block_on(async {
            runtime::task::spawn_blocking(|| thread::sleep(LONG)).await.unwrap();
        });
    }

    fn blocking_task() {
        runtime().block_on(async {
            runtime::spawn(async { thread::sleep(LONG) }).await.unwrap();
        });
    }

    fn task_in_place() {
        runtime().block_on(async {
            let blocks = async { runtime::task::block_in_place(|| thread::sleep(LONG)) };
            runtime::spawn(blocks).await.unwrap();
        });
    }

    /// Is ready at once, and wakes somebody when it is dropped, much later.
    struct WakesInTheEnd(Option<oneshot::Sender<()>>);

    impl Future for WakesInTheEnd {
        type Output = ();

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            Poll::Ready(())
        }
    }

    impl Drop for WakesInTheEnd {
        fn drop(&mut self) {
            thread::sleep(LONG);
            self.0.take().unwrap().send(()).unwrap();
        }
    }

    fn destructor() {
        let runtime = runtime();
        let handle = runtime.handle().clone();
        let (tx, rx) = oneshot::channel();
        thread::spawn(move || {
            handle.block_on(WakesInTheEnd(Some(tx)));
            thread::sleep(LONG);
        });
        runtime.block_on(rx).unwrap();
    }

    fn stranger() {
        let (tx, rx) = oneshot::channel::<()>();
        thread::spawn(|| {
            thread::sleep(LONG);
            tx.send(())
        });
        runtime().block_on(rx).unwrap();
    }

    /// As a harness of one's own, which has its tests on other threads.
    fn main_thread() {
        let (tx, rx) = oneshot::channel::<()>();
        let test = thread::spawn(|| runtime().block_on(rx).unwrap());
        thread::sleep(LONG);
        tx.send(()).unwrap();
        test.join().unwrap();
    }

    fn signal() {
        use runtime::signal::unix::{SignalKind, signal};
        runtime().block_on(async {
            let mut signal = signal(SignalKind::user_defined1()).unwrap();
            let mut sender =
                Command::new("sh").args(["-c", "sleep 0.4; kill -USR1 $PPID"]).spawn().unwrap();
            signal.recv().await;
            sender.wait().unwrap();
        });
    }

    fn child_process() {
        runtime().block_on(async { shell("sleep 0.4").status().await.unwrap() });
    }

    fn may_wake() {
        let guard = deadlock::may_wake();
        let (tx, rx) = oneshot::channel::<()>();
        later(|| {
            tx.send(()).unwrap();
            drop(guard);
        });
        runtime().block_on(rx).unwrap();
    }

    fn nobody_waits() {
        let runtime = runtime();
        drop(runtime.spawn(pending::<()>()));
        thread::sleep(LONG);
    }

    #[cfg(feature = "test-util")]
    fn paused() {
        use runtime::time;
        let mut builder = Builder::new_current_thread();
        builder.enable_all().start_paused(true).on_deadlock(OnDeadlock::Panic);
        let runtime = builder.build().unwrap();
        let text = panic_of(|| {
            runtime.block_on(async {
                time::sleep(Duration::from_secs(3_600)).await;
                pending::<()>().await;
            });
        });
        assert!(text.contains("1 `block_on` waiting: pending"), "{text}");
    }
}

//! `#[main]` and `#[test]`: where the body runs, how it ends, and what is left of the function.

#![deny(warnings, unused, clippy::all, clippy::unused_async)]
#![cfg(feature = "macros")]

use std::any::Any;
use std::error::Error;
use std::fmt::Display;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use runtime::task::{try_id, yield_now};

/// Whether the caller runs inside a task.
fn in_task() -> bool {
    try_id().is_some()
}

mod the_way_of_a_body {
    use super::*;

    #[runtime::main]
    async fn send() -> bool {
        yield_now().await;
        in_task()
    }

    #[runtime::main(flavor = "current_thread")]
    async fn send_on_one_thread() -> bool {
        yield_now().await;
        in_task()
    }

    #[runtime::main]
    async fn rc_gone_before_it_waits() -> bool {
        let answer = {
            let here = Rc::new(in_task());
            *here
        };
        yield_now().await;
        answer
    }

    #[runtime::main]
    async fn rc_across_a_wait() -> bool {
        let here = Rc::new(in_task());
        yield_now().await;
        *here
    }

    #[runtime::main(flavor = "current_thread")]
    async fn rc_across_a_wait_on_one_thread() -> bool {
        let here = Rc::new(in_task());
        yield_now().await;
        *here
    }

    #[runtime::main]
    async fn output_not_send() -> Rc<bool> {
        yield_now().await;
        Rc::new(in_task())
    }

    #[runtime::main]
    async fn opaque_output() -> impl PartialEq<bool> {
        yield_now().await;
        in_task()
    }

    #[runtime::main]
    async fn opaque_output_not_send() -> impl AsRef<bool> {
        yield_now().await;
        Rc::new(in_task())
    }

    /// A pointer that may change threads only for some lifetimes.
    struct Tied<'a>(*const &'a bool);

    // SAFETY: it points to data that lives for ever, by way of a place that the test does not read.
    unsafe impl Send for Tied<'static> {}

    #[runtime::main]
    async fn send_for_some_lifetimes_only() -> bool {
        let answer = in_task();
        let borrowed = &answer;
        let tied = Tied(&raw const borrowed);
        yield_now().await;
        assert!(!tied.0.is_null());
        answer
    }

    /// A future that nobody could spawn: the compiler finds its closure "not general enough".
    #[runtime::main]
    async fn closure_of_a_stream() -> Vec<usize> {
        let words = ["a", "bc"].map(String::from);
        let lengths = stream::iter(words.iter()).map(|word| async move {
            yield_now().await;
            word.len()
        });
        lengths.buffered(2).collect().await
    }

    fn nested(depth: u32) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send>> {
        Box::pin(async move {
            yield_now().await;
            if depth == 0 { in_task() } else { nested(depth - 1).await }
        })
    }

    #[runtime::main]
    async fn recursive() -> bool {
        nested(8).await
    }

    #[test]
    fn is_a_task_where_future_and_output_are_send() {
        assert!(send());
        assert!(send_on_one_thread());
        assert!(rc_gone_before_it_waits());
        assert!(opaque_output() == true);
        assert!(recursive());
    }

    #[test]
    fn is_the_calling_thread_otherwise() {
        assert!(!rc_across_a_wait());
        assert!(!rc_across_a_wait_on_one_thread());
        assert!(!*output_not_send());
        assert!(!opaque_output_not_send().as_ref());
        assert!(!send_for_some_lifetimes_only());
    }

    #[test]
    fn is_found_for_a_body_that_the_compiler_cannot_prove_send() {
        assert_eq!(closure_of_a_stream(), [1, 2]);
    }
}

mod the_end {
    use super::*;

    #[runtime::main]
    async fn panics_in_a_task() {
        yield_now().await;
        assert!(in_task());
        std::panic::panic_any("from the task");
    }

    #[runtime::main]
    async fn panics_on_the_thread() {
        let here = Rc::new(());
        yield_now().await;
        assert!(!in_task());
        drop(here);
        std::panic::panic_any("from the thread");
    }

    fn message(payload: &(dyn Any + Send)) -> &str {
        payload.downcast_ref::<&str>().copied().expect("the payload is the body's own")
    }

    #[test]
    fn a_panic_goes_on_in_the_caller_with_its_payload() {
        let payload = catch_unwind(panics_in_a_task).unwrap_err();
        assert_eq!(message(&*payload), "from the task");
        let payload = catch_unwind(panics_on_the_thread).unwrap_err();
        assert_eq!(message(&*payload), "from the thread");
    }

    struct SetOnDrop(&'static AtomicBool);

    impl Drop for SetOnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    /// Spawns a task that waits for ever with `guard` in hand, and lets it begin.
    async fn leave_suspended(guard: SetOnDrop) {
        let (begun, begins) = mpsc::channel();
        runtime::spawn(async move {
            let _guard = guard;
            begun.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        while begins.try_recv().is_err() {
            yield_now().await;
        }
    }

    static AFTER_RETURN: AtomicBool = AtomicBool::new(false);
    static AFTER_PANIC: AtomicBool = AtomicBool::new(false);

    #[runtime::main(flavor = "current_thread")]
    async fn leaves_a_suspended_task() {
        leave_suspended(SetOnDrop(&AFTER_RETURN)).await;
    }

    #[runtime::main(flavor = "current_thread")]
    async fn leaves_a_suspended_task_and_panics() {
        leave_suspended(SetOnDrop(&AFTER_PANIC)).await;
        panic!("on purpose");
    }

    #[test]
    fn suspended_tasks_are_dropped_when_the_body_ends() {
        leaves_a_suspended_task();
        assert!(AFTER_RETURN.load(Ordering::SeqCst));
        catch_unwind(leaves_a_suspended_task_and_panics).unwrap_err();
        assert!(AFTER_PANIC.load(Ordering::SeqCst));
    }

    /// Leaves a task that blocks its thread for long.
    fn leave_stuck() {
        let (begun, begins) = mpsc::channel();
        runtime::spawn(async move {
            begun.send(()).unwrap();
            thread::sleep(Duration::from_secs(20));
        });
        begins.recv().unwrap();
    }

    #[runtime::main(worker_threads = 4)]
    async fn leaves_a_stuck_task() {
        leave_stuck();
        assert!(in_task());
    }

    #[runtime::main(worker_threads = 4)]
    async fn leaves_a_stuck_task_from_the_thread() {
        let here = Rc::new(());
        yield_now().await;
        leave_stuck();
        assert!(!in_task());
        drop(here);
    }

    #[test]
    fn a_task_stuck_in_a_poll_is_not_waited_for() {
        for run in [leaves_a_stuck_task, leaves_a_stuck_task_from_the_thread] {
            let start = Instant::now();
            run();
            assert!(start.elapsed() < Duration::from_secs(10));
        }
    }
}

mod arguments {
    use super::*;
    use runtime::runtime::RuntimeFlavor;

    fn flavor() -> RuntimeFlavor {
        runtime::Handle::current().runtime_flavor()
    }

    #[runtime::main(worker_threads = 3, start_paused = false)]
    async fn three_workers() -> RuntimeFlavor {
        flavor()
    }

    #[runtime::main(flavor = "multi_thread", worker_threads = 65_536)]
    async fn too_many_workers() {}

    fn workers() -> usize {
        runtime::Handle::current().metrics().num_workers()
    }

    #[runtime::main(worker_threads = 0x1_1usize)]
    async fn by_sixteens() -> usize {
        workers()
    }

    #[runtime::main(worker_threads = 0o21)]
    async fn by_eights() -> usize {
        workers()
    }

    #[runtime::main(worker_threads = 0b10001)]
    async fn by_twos() -> usize {
        workers()
    }

    #[test]
    fn a_number_may_be_written_in_each_of_the_languages_ways() {
        assert_eq!([by_sixteens(), by_eights(), by_twos()], [17; 3]);
    }

    #[runtime::main(flavor = "current_thread")]
    async fn one_thread() -> thread::ThreadId {
        runtime::spawn(async { thread::current().id() }).await.unwrap()
    }

    mod framework {
        pub(super) use ::runtime::*;
    }

    #[framework::main(crate = "framework")]
    async fn found_by_its_path() -> bool {
        in_task()
    }

    #[test]
    fn reach_the_builder() {
        assert_eq!(three_workers(), RuntimeFlavor::MultiThread);
        catch_unwind(too_many_workers).unwrap_err();
        assert_eq!(one_thread(), thread::current().id());
        assert!(found_by_its_path());
    }
}

mod the_function {
    use super::*;

    mod inner {
        /// Documented, public and with an attribute below ours.
        #[runtime::main]
        #[must_use]
        pub(crate) async fn visible() -> u32 {
            #![allow(clippy::let_and_return)]
            let one = 1;
            one
        }
    }

    #[runtime::main]
    #[cfg(any())]
    async fn configured_out() {
        compile_error!("the attribute `cfg` got lost");
    }

    #[runtime::main]
    async fn question_mark() -> Result<u32, std::num::ParseIntError> {
        Ok("41".parse::<u32>()? + 1)
    }

    #[runtime::main]
    async fn boxed_error() -> Result<(), Box<dyn Error + Send + Sync>> {
        Err("refused")?
    }

    #[runtime::main]
    async fn displayed() -> impl Display + use<> {
        yield_now().await;
        "shown"
    }

    #[runtime::main]
    async fn never() -> ! {
        std::panic::panic_any(7)
    }

    #[test]
    fn keeps_its_visibility_attributes_and_output() {
        assert_eq!(inner::visible(), 1);
        assert_eq!(question_mark(), Ok(42));
        assert_eq!(boxed_error().unwrap_err().to_string(), "refused");
        assert_eq!(displayed().to_string(), "shown");
        let payload = catch_unwind(|| never()).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&7));
    }
}

/// Names that the expansion must neither take from the application nor hide from it.
mod names {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    mod core {}
    mod std {}
    mod runtime {}
    trait ByTask {}
    struct Body;
    struct Builder;

    fn body() -> u32 {
        20
    }

    fn way() -> u32 {
        22
    }

    #[::runtime::main]
    async fn sum() -> u32 {
        body() + way()
    }

    #[::runtime::test]
    async fn of_the_application_stay_its_own() {
        ::std::assert_eq!(body() + way(), 42);
    }

    #[test]
    fn of_the_expansion_stay_its_own() {
        ::std::assert_eq!(sum(), 42);
    }
}

mod tests_of_the_application {
    use super::*;

    #[runtime::test]
    async fn run_as_a_task_on_the_calling_thread() {
        let here = thread::current().id();
        yield_now().await;
        assert!(in_task());
        assert_eq!(thread::current().id(), here);
        assert_eq!(runtime::spawn(async { thread::current().id() }).await.unwrap(), here);
    }

    #[runtime::test(flavor = "multi_thread", worker_threads = 2)]
    async fn run_on_workers_if_asked() {
        let flavor = runtime::Handle::current().runtime_flavor();
        assert_eq!(flavor, runtime::runtime::RuntimeFlavor::MultiThread);
    }

    #[runtime::test]
    async fn may_return_a_result() -> Result<(), Box<dyn Error>> {
        let number: u32 = "42".parse()?;
        assert_eq!(number, 42);
        Ok(())
    }

    #[runtime::test]
    #[should_panic(expected = "as it should")]
    async fn may_be_expected_to_panic() {
        yield_now().await;
        panic!("as it should");
    }

    #[should_panic(expected = "as it should")]
    #[runtime::test(flavor = "multi_thread")]
    async fn may_be_expected_to_panic_on_workers() {
        let here = Rc::new(());
        yield_now().await;
        drop(here);
        panic!("as it should");
    }

    #[runtime::test]
    #[ignore = "to see that it is"]
    async fn may_be_ignored() {
        panic!("the attribute `ignore` got lost");
    }

    #[runtime::test]
    #[cfg(any())]
    async fn may_be_configured_out() {
        compile_error!("the attribute `cfg` got lost");
    }
}

/// What a macro passes on stands in groups without delimiters.
mod inside_of_a_macro {
    macro_rules! programs {
        ($($visibility:vis $name:ident: $flavor:literal, $workers:literal => $output:ty $body:block)*) => {$(
            #[runtime::main(flavor = $flavor, worker_threads = $workers)]
            $visibility async fn $name() -> $output $body
        )*};
    }

    programs! {
        pub(super) visible: "multi_thread", 1 => u32 { 40 }
        private: "multi_thread", 2 => Vec<u32> { vec![1, 2] }
    }

    #[test]
    fn a_function_may_be_made_of_what_is_passed_on() {
        assert_eq!(visible() + private()[1], 42);
    }
}

mod the_other_macros {
    #[runtime::test]
    async fn work_without_their_package() {
        let (one, two) = runtime::join!(async { 1 }, async { 2 });
        assert_eq!(one + two, 3);

        let tried = runtime::try_join!(async { Ok(1) }, async { Err::<u32, _>("no") });
        assert_eq!(tried, Err("no"));

        let ready = async { "ready" };
        runtime::pin!(ready);
        let first = runtime::select! {
            never = std::future::pending::<&str>() => never,
            word = &mut ready => word,
        };
        assert_eq!(first, "ready");
    }
}

/// Functions that somebody calls with arguments.
mod with_arguments {
    use runtime::Handle;

    struct Server<'a>(&'a str);

    impl Server<'_> {
        #[runtime::main(flavor = "current_thread", name = "server")]
        async fn serve(&self, port: u16) -> Result<String, std::num::ParseIntError> {
            runtime::task::yield_now().await;
            let first: u16 = self.0.parse()?;
            if port == 0 {
                return Ok(Handle::current().name().unwrap().into());
            }
            Ok((first + port).to_string())
        }

        #[runtime::main]
        async fn end(self) -> ! {
            panic!("{} on purpose", self.0)
        }
    }

    #[runtime::main]
    async fn pushes(list: &mut Vec<u32>, (first, second): (u32, u32)) {
        list.push(runtime::spawn(async move { first }).await.unwrap());
        list.push(second);
    }

    #[test]
    fn a_function_may_have_arguments() {
        assert_eq!(Server("40").serve(2).unwrap(), "42");
        assert_eq!(Server("40").serve(0).unwrap(), "server");
        assert!(Server("forty").serve(2).is_err());
        let mut list = vec![1];
        pushes(&mut list, (2, 3));
        assert_eq!(list, [1, 2, 3]);
        let ends = || -> () { Server("ended").end() };
        assert!(std::panic::catch_unwind(ends).is_err());
    }
}

/// A local runtime: `spawn_local` works in all of it.
mod local {
    use std::rc::Rc;

    use runtime::task::spawn_local;

    #[runtime::main(flavor = "local")]
    async fn doubles(n: Rc<u32>) -> u32 {
        let shared = n.clone();
        *n + *spawn_local(async move { shared }).await.unwrap()
    }

    #[runtime::test(flavor = "local")]
    async fn a_test_may_be_local() {
        let shared = Rc::new(21);
        let task = runtime::spawn(async { spawn_local(async { 21 }).await.unwrap() });
        assert_eq!(*shared + task.await.unwrap(), 42);
    }

    #[test]
    fn a_function_may_be_local() {
        assert_eq!(doubles(Rc::new(21)), 42);
    }
}

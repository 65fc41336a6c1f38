//! The histograms of a runtime: how long polls take, and for how long tasks wait for them.

mod support;

use std::ops::Range;
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::runtime::{
    HistogramConfiguration, InvalidHistogramConfiguration, LocalOptions, LogHistogram,
    RuntimeMetrics,
};
use runtime::{Builder, Runtime, task};
use support::{Gate, text_of, watch};

const STEP: Duration = Duration::from_millis(20);

/// A runtime that measures both, in three buckets: up to a step, up to two, and longer.
fn measuring(mut builder: Builder) -> Runtime {
    let buckets = HistogramConfiguration::linear(STEP, 3);
    builder
        .enable_all()
        .enable_metrics_poll_time_histogram()
        .metrics_poll_time_histogram_configuration(buckets.clone())
        .enable_metrics_schedule_latency_histogram()
        .metrics_schedule_latency_histogram_configuration(buckets)
        .build()
        .unwrap()
}

fn kinds() -> [Runtime; 3] {
    let multi_thread = |workers| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(workers);
        measuring(builder)
    };
    [measuring(Builder::new_current_thread()), multi_thread(1), multi_thread(3)]
}

/// How many polls are in each bucket, by their time, of all workers.
fn poll_times(metrics: &RuntimeMetrics) -> Vec<u64> {
    let count = |bucket| {
        let of = |worker| metrics.poll_time_histogram_bucket_count(worker, bucket);
        (0..metrics.num_workers()).map(of).sum()
    };
    (0..metrics.poll_time_histogram_num_buckets()).map(count).collect()
}

/// The same, by the wait before them.
fn latencies(metrics: &RuntimeMetrics) -> Vec<u64> {
    let count = |bucket| {
        let of = |worker| metrics.schedule_latency_histogram_bucket_count(worker, bucket);
        (0..metrics.num_workers()).map(of).sum()
    };
    (0..metrics.schedule_latency_histogram_num_buckets()).map(count).collect()
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().sum()
}

#[test]
fn every_poll_of_a_task_is_in_one_bucket_of_each() {
    let _watch = watch();
    for runtime in kinds() {
        let metrics = runtime.metrics();
        runtime.block_on(async {
            let yields = |_| {
                task::spawn(async {
                    for _ in 0..9 {
                        task::yield_now().await;
                    }
                })
            };
            for task in (0..50).map(yields).collect::<Vec<_>>() {
                task.await.unwrap();
            }
        });
        runtime.block_on(runtime.spawn(async {})).unwrap(); // from outside
        drop(runtime);
        assert_eq!(sum(&poll_times(&metrics)), 501);
        assert_eq!(sum(&latencies(&metrics)), 501);
    }
}

#[test]
fn a_long_poll_is_in_the_bucket_of_its_time() {
    let _watch = watch();
    for runtime in kinds() {
        let metrics = runtime.metrics();
        runtime.block_on(runtime.spawn(async { thread::sleep(3 * STEP) })).unwrap();
        drop(runtime);
        assert_eq!(poll_times(&metrics), [0, 0, 1]);
    }
}

#[test]
fn who_waits_behind_a_long_poll_has_waited_for_as_long() {
    let _watch = watch();
    // With one thread, the second can only wait.
    let runtime = measuring(Builder::new_current_thread());
    let metrics = runtime.metrics();
    runtime.block_on(async {
        let long = task::spawn(async { thread::sleep(3 * STEP) });
        let behind = task::spawn(async {});
        long.await.unwrap();
        behind.await.unwrap();
    });
    let latencies = latencies(&metrics);
    assert_eq!(sum(&latencies), 2);
    assert!(latencies[2] >= 1, "{latencies:?}");
}

#[test]
fn a_task_in_the_common_queue_has_waited_since_it_was_queued() {
    let _watch = watch();
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).max_blocking_threads(1); // nobody takes over
    let runtime = measuring(builder);
    let metrics = runtime.metrics();
    let gate = Gate::new("the injected task was queued");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            gate.wait();
            thread::sleep(3 * STEP);
        }
    });
    let behind = runtime.spawn(async {});
    gate.open();
    executor::block_on(blocks).unwrap();
    executor::block_on(behind).unwrap();
    assert!(latencies(&metrics)[2] >= 1);
}

#[test]
fn polls_of_local_tasks_are_measured_too() {
    let _watch = watch();
    let buckets = HistogramConfiguration::linear(STEP, 3);
    let runtime = Builder::new_current_thread()
        .enable_metrics_poll_time_histogram()
        .metrics_poll_time_histogram_configuration(buckets.clone())
        .enable_metrics_schedule_latency_histogram()
        .metrics_schedule_latency_histogram_configuration(buckets)
        .build_local(LocalOptions::default())
        .unwrap();
    let metrics = runtime.metrics();
    let task = runtime.spawn_local(async {
        task::yield_now().await;
        thread::sleep(2 * STEP);
    });
    let behind = runtime.spawn_local(async { task::yield_now().await });
    runtime.block_on(async {
        task.await.unwrap();
        behind.await.unwrap();
    });
    let times = poll_times(&metrics);
    assert_eq!((sum(&times), times[2]), (4, 1), "{times:?}");
    let latencies = latencies(&metrics);
    assert_eq!(sum(&latencies), 4);
    assert!(latencies[2] >= 1, "{latencies:?}");
}

#[test]
fn tasks_that_are_measured_end_as_others_do() {
    let _watch = watch();
    support::hush();
    for runtime in kinds() {
        let gate = Gate::new("never passed");
        let panics = runtime.spawn(async { panic!("on purpose") });
        let waits = {
            let gate = gate.clone();
            runtime.spawn(async move { gate.passed().await })
        };
        assert!(runtime.block_on(panics).unwrap_err().is_panic());
        waits.abort();
        assert!(runtime.block_on(waits).unwrap_err().is_cancelled());
        let left = runtime.spawn(async move { gate.passed().await });
        drop(runtime);
        assert!(executor::block_on(left).unwrap_err().is_cancelled());
    }
}

#[test]
fn nothing_is_measured_unless_it_was_asked_for() {
    let buckets = HistogramConfiguration::log(LogHistogram::default());
    let runtime = Builder::new_current_thread()
        .metrics_poll_time_histogram_configuration(buckets.clone())
        .metrics_schedule_latency_histogram_configuration(buckets)
        .build()
        .unwrap();
    let metrics = runtime.metrics();
    assert!(!metrics.poll_time_histogram_enabled());
    assert!(!metrics.schedule_latency_histogram_enabled());
    assert_eq!(metrics.poll_time_histogram_num_buckets(), 0);
    assert_eq!(metrics.schedule_latency_histogram_num_buckets(), 0);
    let refused = std::panic::catch_unwind(|| metrics.poll_time_histogram_bucket_count(0, 0));
    assert_eq!(text_of(&*refused.unwrap_err()), "there is no bucket 0: there are 0, from 0 on");
}

#[test]
fn one_may_be_measured_without_the_other() {
    let _watch = watch();
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_metrics_schedule_latency_histogram().build().unwrap();
    runtime.block_on(async { task::spawn(async {}).await.unwrap() });
    assert_eq!((sum(&latencies(&runtime.metrics())), poll_times(&runtime.metrics())), (1, vec![]));
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_metrics_poll_time_histogram().build().unwrap();
    runtime.block_on(async { task::spawn(async {}).await.unwrap() });
    assert_eq!((latencies(&runtime.metrics()), sum(&poll_times(&runtime.metrics()))), (vec![], 1));
}

/// The ranges of the buckets that a runtime has by default, or by this configuration.
fn ranges(configuration: Option<HistogramConfiguration>) -> Vec<Range<Duration>> {
    let mut builder = Builder::new_current_thread();
    builder.enable_metrics_poll_time_histogram();
    if let Some(configuration) = configuration {
        builder.metrics_poll_time_histogram_configuration(configuration);
    }
    let metrics = builder.build().unwrap().metrics();
    let buckets = 0..metrics.poll_time_histogram_num_buckets();
    buckets.map(|bucket| metrics.poll_time_histogram_bucket_range(bucket)).collect()
}

#[test]
fn the_buckets_are_those_that_were_asked_for() {
    let micros = Duration::from_micros;
    let end = Duration::from_nanos(u64::MAX);
    let default = ranges(None);
    assert_eq!(default.len(), 10);
    assert_eq!((&default[0], &default[9]), (&(micros(0)..micros(100)), &(micros(900)..end)));
    let linear = HistogramConfiguration::linear(micros(50), 3);
    let expected = [micros(0)..micros(50), micros(50)..micros(100), micros(100)..end];
    assert_eq!(ranges(Some(linear)), expected);
    let log = ranges(Some(HistogramConfiguration::log(LogHistogram::default())));
    assert_eq!(log.len(), 119);
    let nanos = Duration::from_nanos;
    assert_eq!((&log[0], &log[1]), (&(nanos(0)..nanos(96)), &(nanos(96)..nanos(112))));
    assert_eq!(log[118].end, end);
}

#[test]
fn a_histogram_that_needs_too_many_buckets_is_refused() {
    let mut fine = LogHistogram::builder().max_error(0.001);
    let InvalidHistogramConfiguration::TooManyBuckets { required_bucket_count } =
        fine.max_buckets(100).unwrap_err();
    assert!(fine.max_buckets(required_bucket_count).is_ok());
    assert!(fine.max_buckets(required_bucket_count - 1).is_err());
}

#[test]
fn settings_that_make_no_sense_panic() {
    use std::panic::catch_unwind;
    let zero = Duration::ZERO;
    assert!(catch_unwind(|| HistogramConfiguration::linear(zero, 3)).is_err());
    assert!(catch_unwind(|| HistogramConfiguration::linear(STEP, 0)).is_err());
    assert!(catch_unwind(|| LogHistogram::builder().max_value(zero)).is_err());
    assert!(catch_unwind(|| LogHistogram::builder().precision_exact(11)).is_err());
    for error in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(catch_unwind(|| LogHistogram::builder().max_error(error)).is_err(), "{error}");
    }
    // The other way round is taken for what it can be.
    let reversed = LogHistogram::builder().min_value(STEP).max_value(STEP / 2).build();
    assert!(reversed.max_value() >= STEP.as_nanos() as u64 / 2);
}

//! `empty`, `repeat` and `sink`: what they yield, and that they let other tasks run.
#![cfg(feature = "io-util")]

mod support;

use std::io::{IoSlice, SeekFrom};

use runtime::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt, empty, repeat, sink,
};

use support::{Counts, current_thread, watch};

#[test]
fn empty_has_nothing_and_takes_everything() {
    runtime::block_on(async {
        let mut empty = empty();
        let mut bytes = Vec::new();
        assert_eq!(empty.read_to_end(&mut bytes).await.unwrap(), 0);
        assert_eq!(empty.fill_buf().await.unwrap(), b"");
        assert_eq!(empty.seek(SeekFrom::End(-9)).await.unwrap(), 0);
        assert_eq!(empty.write(b"hello").await.unwrap(), 5);
        empty.flush().await.unwrap();
        empty.shutdown().await.unwrap();
        assert_eq!(empty.write(b"more").await.unwrap(), 4);
    });
}

#[test]
fn repeat_fills_every_buffer() {
    runtime::block_on(async {
        let mut bytes = [0; 100];
        assert_eq!(repeat(7).read(&mut bytes).await.unwrap(), 100);
        assert_eq!(bytes, [7; 100]);
        let mut some = Vec::new();
        assert_eq!(repeat(8).take(10_000).read_to_end(&mut some).await.unwrap(), 10_000);
        assert!(some.iter().all(|byte| *byte == 8));
    });
}

#[test]
fn sink_takes_everything() {
    runtime::block_on(async {
        let mut sink = sink();
        assert!(sink.is_write_vectored());
        let parts = [&b"ab"[..], b"cde"].map(IoSlice::new);
        assert_eq!(sink.write_vectored(&parts).await.unwrap(), 5);
        sink.write_all(&[0; 100_000]).await.unwrap();
        sink.shutdown().await.unwrap();
    });
}

/// How many polls a task takes for 1,280 operations of one kind.
fn polls_of<F: Future<Output = ()> + Send + 'static>(task: F) -> usize {
    let counts = Counts::new();
    let task = counts.count(task);
    current_thread().block_on(async { runtime::spawn(task).await.unwrap() });
    counts.polls()
}

#[test]
fn every_operation_takes_a_unit_of_the_budget() {
    let _watch = watch();
    let reads = polls_of(async {
        for _ in 0..1_280 {
            let _ = repeat(1).read(&mut [0; 4]).await;
        }
    });
    let fills = polls_of(async {
        for _ in 0..1_280 {
            let _ = empty().read(&mut [0; 4]).await;
        }
    });
    let writes = polls_of(async {
        for _ in 0..1_280 {
            let _ = sink().write(b"x").await;
        }
    });
    for (what, polls) in [("repeat", reads), ("empty", fills), ("sink", writes)] {
        assert!((10..=11).contains(&polls), "1,280 operations of {what} took {polls} polls");
    }
}

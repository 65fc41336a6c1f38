//! A million tasks that wait, on a few threads; and what as many threads would cost.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;

use runtime::sync::WaitGroup;

use crate::child::{self, report, report_growth};
use crate::machine::{self, UNKNOWN};
use crate::table::{Table, bytes, grouped};
use crate::{Failure, Scale};

/// So many, the figures of threads are extrapolated to.
const MILLION: u64 = 1_000_000;

pub fn tell(scale: Scale, table: &mut Table) -> Result<(), Failure> {
    let parked = grouped(scale.parked as u64);
    println!(
        "
== {parked} tasks at once ==

A task that waits is parked: it stands on the heap and holds no thread and no stack. A
process of its own parks {parked} tasks and looks at its resident memory before and
after. In a second one they all wait at a gate, a WaitGroup, which then opens: the place in
the gate's queue is part of the task, so that waiting allocates nothing. A third process
parks {} threads, for comparison.
",
        scale.threads
    );
    let bare = child::figures("park", scale.parked)?;
    let waiting = child::figures("wait", scale.parked)?;
    let threads = child::figures("threads", scale.threads)?;
    tell_tasks(scale, &bare, &waiting, table);
    tell_threads(scale, &threads, table);
    Ok(())
}

type Figures = HashMap<String, u64>;

fn tell_tasks(scale: Scale, bare: &Figures, waiting: &Figures, table: &mut Table) {
    let memory = |figures: &Figures| match figures.get("memory") {
        Some(memory) => bytes(memory / scale.parked as u64),
        None => UNKNOWN.into(),
    };
    let threads = bare.get("threads").map_or(UNKNOWN.into(), |&threads| grouped(threads));
    println!("A parked task:               {}", memory(bare));
    println!("One that waits at the gate:  {}", memory(waiting));
    println!("Threads of that process:     {threads}, the one of main and the monitor's included");
    table.add("parking", "memory of a parked task", memory(bare));
    table.add("", "memory of a task that waits at a WaitGroup", memory(waiting));
    let what = format!("threads beside {} parked tasks", grouped(scale.parked as u64));
    table.add("", what, threads);
    if let Some(&woken) = waiting.get("woken_ns") {
        let woken = grouped(woken / scale.parked as u64) + " ns";
        table.add("", "wake a waiting task and run it to its end", woken);
    }
}

fn tell_threads(scale: Scale, figures: &Figures, table: &mut Table) {
    let count = scale.threads as u64;
    if let Some(&memory) = figures.get("memory") {
        let one = memory / count;
        println!(
            "
A parked thread takes {} by the same measure, without what the kernel keeps for it
and without the address space of its stack. This was measured with {count} threads and not
with a million, which few systems would start; at that price a million would take {}.",
            bytes(one),
            bytes(one * MILLION)
        );
        table.add("threads", format!("memory of a parked thread, of {count}"), bytes(one));
        table.add("", "a million of them, extrapolated", bytes(one * MILLION));
    } else {
        table.add("threads", "memory of a parked thread", UNKNOWN);
    }
    if let Some(&time) = figures.get("start_ns") {
        table.add("", "start a thread", grouped(time / count) + " ns");
    }
}

/// In a child: tasks that own one `Arc` and wait for nothing.
pub async fn park(count: usize) {
    let parked = WaitGroup::new();
    parked.add(count.try_into().expect("a number of tasks"));
    let before = machine::resident();
    for _ in 0..count {
        let parked = parked.clone();
        runtime::spawn(async move {
            parked.done();
            pending::<()>().await;
        });
    }
    parked.wait().await;
    report_growth(before);
    report("threads", machine::threads());
}

/// In a child: tasks that wait until a gate is opened.
pub async fn wait(count: usize) {
    let groups = Arc::new(Groups::default());
    let counted = count.try_into().expect("a number of tasks");
    groups.gate.add(1);
    groups.arrived.add(counted);
    groups.passed.add(counted);
    let before = machine::resident();
    for _ in 0..count {
        let groups = groups.clone();
        runtime::spawn(async move {
            groups.arrived.done();
            groups.gate.wait().await;
            groups.passed.done();
        });
    }
    groups.arrived.wait().await;
    report_growth(before);
    let opened = Instant::now();
    groups.gate.done();
    groups.passed.wait().await;
    report("woken_ns", opened.elapsed().as_nanos().try_into().ok());
}

#[derive(Default)]
struct Groups {
    arrived: WaitGroup,
    gate: WaitGroup,
    passed: WaitGroup,
}

/// In a child: real threads that wait.
pub fn threads(count: usize) -> io::Result<()> {
    let parked = Arc::new(Barrier::new(count + 1));
    let before = machine::resident();
    let started = Instant::now();
    let mut threads = Vec::new();
    for _ in 0..count {
        let parked = parked.clone();
        threads.push(thread::Builder::new().spawn(move || {
            parked.wait();
            parked.wait();
        })?);
    }
    let time = started.elapsed();
    parked.wait();
    report_growth(before);
    report("start_ns", time.as_nanos().try_into().ok());
    parked.wait();
    threads.into_iter().for_each(|thread| drop(thread.join()));
    Ok(())
}

//! Tasks that switch at channels.

use std::io;
use std::sync::mpsc as thread_mpsc;
use std::thread;
use std::time::{Duration, Instant};

use runtime::sync::{mpsc, oneshot};

use crate::table::{Table, each, grouped};
use crate::{Failure, Scale};

pub async fn tell(scale: Scale, table: &mut Table) -> Result<(), Failure> {
    println!(
        "
== Switching at channels ==

Tasks share by sending. A task that receives from an empty channel is parked, and its
thread runs the next one: a call of a function, where two threads would need the kernel
twice. Two tasks send a number to and fro through two channels of capacity 1; then two
threads do the same.
"
    );
    let tasks = play_with_tasks(scale.task_rounds).await?;
    let threads = play_with_threads(scale.thread_rounds)?;
    let rate = |time: Duration, rounds| grouped((f64::from(rounds) / time.as_secs_f64()) as u64);
    println!("Two tasks:   {} rounds a second", rate(tasks, scale.task_rounds));
    println!("Two threads: {} rounds a second", rate(threads, scale.thread_rounds));
    table.add("channels", "a round of two tasks", each(tasks, scale.task_rounds as usize));
    table.add("", "a round of two threads", each(threads, scale.thread_rounds as usize));

    println!(
        "
The daisy chain: {} tasks stand in a row, and each waits for a number from its
neighbour on the one side and passes on one more to the other.
",
        grouped(scale.chained as u64)
    );
    let started = Instant::now();
    let arrived = chain(scale.chained).await?;
    let time = started.elapsed();
    println!("At the end arrived {}, after {} ms.", grouped(arrived as u64), time.as_millis());
    table.add("", "a link of the daisy chain, built and passed", each(time, scale.chained));
    Ok(())
}

async fn play_with_tasks(rounds: u32) -> Result<Duration, Failure> {
    let (ping, mut pinged) = mpsc::channel(1);
    let (pong, mut ponged) = mpsc::channel(1);
    let started = Instant::now();
    let partner = runtime::spawn(async move {
        while let Some(number) = pinged.recv().await {
            if pong.send(number).await.is_err() {
                break;
            }
        }
    });
    let player = runtime::spawn(async move {
        for number in 0..rounds {
            ping.send(number).await?;
            assert_eq!(ponged.recv().await, Some(number), "numbers come back in their order");
        }
        Ok::<_, mpsc::error::SendError<u32>>(())
    });
    player.await??;
    partner.await?;
    Ok(started.elapsed())
}

fn play_with_threads(rounds: u32) -> io::Result<Duration> {
    let (ping, pinged) = thread_mpsc::sync_channel(1);
    let (pong, ponged) = thread_mpsc::sync_channel(1);
    let started = Instant::now();
    let partner = thread::Builder::new().spawn(move || {
        for number in pinged {
            if pong.send(number).is_err() {
                break;
            }
        }
    })?;
    for number in 0..rounds {
        if ping.send(number).is_err() || ponged.recv() != Ok(number) {
            return Err(io::Error::other("a thread of two left in the middle of the play"));
        }
    }
    drop(ping);
    partner.join().map_err(|_| io::Error::other("a thread of two has panicked"))?;
    Ok(started.elapsed())
}

/// Sends a number down a row of tasks; what arrives is their count.
async fn chain(count: usize) -> Result<usize, Failure> {
    let (first, mut end) = oneshot::channel();
    for _ in 0..count {
        let (next, received) = oneshot::channel();
        let before = std::mem::replace(&mut end, received);
        runtime::spawn(async move {
            if let Ok(number) = before.await {
                // If nobody receives it, the chain was given up.
                let _ = next.send(number + 1);
            }
        });
    }
    first.send(0_usize).map_err(|_| "the first task of the chain is gone")?;
    Ok(end.await?)
}

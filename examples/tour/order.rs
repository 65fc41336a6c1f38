//! No promised order.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};

use runtime::sync::WaitGroup;

use crate::Scale;
use crate::table::{Table, grouped};

/// Tasks that are launched in a round.
const TASKS: usize = 8;

/// How many orders are shown.
const SHOWN: usize = 4;

/// Tasks in the order in which they came to write, and in how many rounds they did.
type Orders = HashMap<Vec<usize>, usize>;

pub async fn tell(scale: Scale, table: &mut Table) {
    println!(
        "
== No promised order ==

Tasks that are launched one after the other may run in any order, and on several cores at
the same time. Here {TASKS} tasks, launched as 0 to {}, each work for a moment and then write
their number down. In {} rounds, these orders were the most frequent:
",
        TASKS - 1,
        grouped(scale.rounds as u64)
    );
    let mut orders = Orders::new();
    for _ in 0..scale.rounds {
        *orders.entry(one_round().await).or_default() += 1;
    }
    show(&orders);
    let launched: Vec<usize> = (0..TASKS).collect();
    let as_launched = orders.get(&launched).copied().unwrap_or(0);
    println!(
        "
There were {} in all; that of the launch came up {as_launched} times. Who needs an order makes
one: handles that are awaited one by one return {:?}, whoever was first.",
        orders.len(),
        in_order().await
    );
    let rounds = grouped(scale.rounds as u64);
    table.add("order", format!("orders of {TASKS} tasks in {rounds} rounds"), orders.len());
    table.add("", "rounds in the order of the launch", as_launched);
}

fn show(orders: &Orders) {
    let mut orders: Vec<_> = orders.iter().collect();
    orders.sort_unstable_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (order, rounds) in orders.into_iter().take(SHOWN) {
        println!("    {order:?}  {rounds:>5} times");
    }
}

async fn one_round() -> Vec<usize> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let group = WaitGroup::new();
    for number in 0..TASKS {
        let written = written.clone();
        group.go(async move {
            work();
            written.lock().unwrap_or_else(PoisonError::into_inner).push(number);
        });
    }
    group.wait().await;
    let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *written)
}

/// Some ten microseconds of work.
fn work() {
    for number in 0..30_000_u32 {
        black_box(number);
    }
}

async fn in_order() -> Vec<usize> {
    let tasks = [0, 1, 2, 3].map(|number| runtime::spawn(async move { number * number }));
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.expect("none of them panics or is aborted"));
    }
    outputs
}

//! Tasks that keep their threads inside one poll until they are told to let go.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

use futures::executor;
use futures::future::join_all;
use runtime::Handle;
use runtime::task::JoinHandle;

use super::{Gate, eventually};

/// How a task keeps its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It computes.
    Spins,
    /// It waits in the kernel.
    Blocks,
}

pub const KINDS: [Kind; 2] = [Kind::Spins, Kind::Blocks];

/// Where stuck tasks wait. When it is dropped they go on.
pub struct Captor {
    trap: Trap,
}

/// A task's way to become stuck.
#[derive(Clone)]
pub struct Trap {
    gate: Arc<Gate>,
    /// What the spinners read: the gate's lock would make them sleep.
    is_open: Arc<AtomicBool>,
    inside: Arc<AtomicUsize>,
}

impl Captor {
    pub fn new() -> Self {
        let (is_open, inside) = Default::default();
        Self { trap: Trap { gate: Gate::new("the captives are let go"), is_open, inside } }
    }

    pub fn trap(&self) -> Trap {
        self.trap.clone()
    }

    /// Spawns so many tasks that become stuck, and waits until all are.
    pub fn take(&self, handle: &Handle, kind: Kind, count: usize) -> Vec<JoinHandle<()>> {
        let before = self.inside();
        let tasks = self.send(handle, kind, count);
        eventually("all are stuck", || self.inside() == before + count);
        tasks
    }

    /// Spawns so many tasks that become stuck.
    pub fn send(&self, handle: &Handle, kind: Kind, count: usize) -> Vec<JoinHandle<()>> {
        let one = || {
            let trap = self.trap();
            handle.spawn(async move { trap.hold(kind) })
        };
        (0..count).map(|_| one()).collect()
    }

    /// How many tasks have become stuck.
    pub fn inside(&self) -> usize {
        self.trap.inside()
    }

    pub fn free(&self) {
        self.trap.free();
    }
}

impl Drop for Captor {
    fn drop(&mut self) {
        self.free();
    }
}

impl Trap {
    /// Keeps the calling thread until the captor says otherwise.
    pub fn hold(&self, kind: Kind) {
        self.inside.fetch_add(1, SeqCst);
        match kind {
            Kind::Blocks => self.gate.wait(),
            Kind::Spins => {
                while !self.is_open.load(SeqCst) {
                    std::hint::spin_loop();
                }
            }
        }
    }

    /// How many tasks have become stuck.
    pub fn inside(&self) -> usize {
        self.inside.load(SeqCst)
    }

    pub fn free(&self) {
        self.is_open.store(true, SeqCst);
        self.gate.open();
    }
}

/// Spawns so many tasks that block until all of them are there, and waits for them: each needs a permit, and a thread.
pub fn meet(handle: &Handle, count: usize) {
    let meeting = Arc::new(Barrier::new(count));
    let meets = || {
        let meeting = meeting.clone();
        handle.spawn(async move { meeting.wait().is_leader() })
    };
    let all: Vec<_> = (0..count).map(|_| meets()).collect();
    let leaders = executor::block_on(join_all(all)).into_iter();
    assert_eq!(leaders.filter(|leads| *leads.as_ref().expect("nobody panics")).count(), 1);
}

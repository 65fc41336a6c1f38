//! Random operations on a tree of contexts, compared with a model that has no concurrency.
//!
//! Each run depends on its number alone; a failure names it.

use tokio_test::task::{self, Spawn};

use crate::context::{CancelHandle, Context, Done};
use crate::util::rng::Rng;

const RUNS: u64 = 300;
const STEPS: usize = 200;

/// A context as the model knows it, and as it is until its handle is dropped.
struct Node {
    parent: Option<usize>,
    /// The step that ended it.
    ended: Option<usize>,
    real: Option<(Context, CancelHandle)>,
    waits: Vec<Spawn<Done>>,
}

struct Run {
    rng: Rng,
    nodes: Vec<Node>,
}

impl Run {
    fn step(&mut self, step: usize) {
        let at = self.rng.below(self.nodes.len());
        match self.rng.below(8) {
            0..=2 => self.add(at),
            3..=4 => self.wait(at),
            5 => self.nodes[at].real = None,
            6 => {
                self.nodes[at].waits.pop();
            }
            _ if self.rng.below(3) == 0 => self.cancel(at, step),
            _ => {}
        }
        self.nodes.iter().for_each(Node::compare);
    }

    fn add(&mut self, parent: usize) {
        let Some((context, _)) = &self.nodes[parent].real else { return };
        let real = Some(context.with_cancel());
        let ended = self.nodes[parent].ended;
        self.nodes.push(Node { parent: Some(parent), ended, real, waits: Vec::new() });
    }

    fn wait(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let Some((context, _)) = &node.real else { return };
        let mut wait = task::spawn(context.done());
        if node.ended.is_some() {
            assert!(wait.poll().is_ready());
        } else {
            assert!(wait.poll().is_pending());
            node.waits.push(wait);
        }
    }

    fn cancel(&mut self, at: usize, step: usize) {
        let Some((_, cancel)) = &self.nodes[at].real else { return };
        assert_eq!(cancel.cancel_with(step.to_string()), self.nodes[at].ended.is_none());
        if self.nodes[at].ended.is_some() {
            return;
        }
        self.nodes[at].ended = Some(step);
        // Parents come before their children.
        for child in at + 1..self.nodes.len() {
            let parent = self.nodes[child].parent.expect("only the first has none");
            if self.nodes[child].ended.is_none() && self.nodes[parent].ended == Some(step) {
                self.nodes[child].ended = Some(step);
            }
        }
    }
}

impl Node {
    fn compare(&self) {
        if let Some((context, _)) = &self.real {
            let cause = context.cause().map(|cause| cause.to_string());
            assert_eq!(cause, self.ended.map(|step| step.to_string()));
        }
        assert!(self.waits.iter().all(|wait| wait.is_woken() == self.ended.is_some()));
    }
}

/// Says which run failed.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in run {}", self.0);
        }
    }
}

#[test]
fn a_tree_does_what_its_model_does() {
    for seed in 0..RUNS {
        let _name = Named(seed);
        let root = Context::background().with_cancel();
        let first = Node { parent: None, ended: None, real: Some(root), waits: Vec::new() };
        let mut run = Run { rng: Rng::new(seed), nodes: vec![first] };
        (0..STEPS).for_each(|step| run.step(step));
    }
}

//! The exchange of batches under loom: a batch has 2 cells, and a shelf keeps 1 batch.
//!
//! No cell is lost, none is in two hands, the shelf keeps its bound, and what the last owner did with a
//! cell happened before what the next one does (loom watches a cell of its own for each of ours).
//!
//! Weakened by hand: a model fails if the bound is looked at under another lock than the one that adds
//! the batch (two batches stand on the shelf), and if a taker reads the top under one lock and removes it
//! under the next (one batch in two hands). The count is a hint and relaxed: no ordering of it can be
//! weakened, and loom lets a taker miss a batch through it.

use std::ptr::NonNull;

use loom::thread;

use crate::cell::depot::chain::{BATCH, Batch, Chain};
use crate::cell::depot::class::Class;
use crate::cell::depot::shelf::{SHELF, Shelf};
use crate::util::sync::{Arc, UnsafeCell};

/// The cells of one run of a model.
struct Cells {
    class: Class,
    memory: Vec<NonNull<u8>>,
    /// Touched by whoever holds the cell of the same number.
    touched: Vec<UnsafeCell<()>>,
}

// SAFETY: the memory is touched through chains and batches alone, the other cells are loom's to watch.
unsafe impl Send for Cells {}
// SAFETY: as above.
unsafe impl Sync for Cells {}

impl Cells {
    fn new(batches: usize) -> Arc<Self> {
        let class = Class::all().next().expect("there are classes");
        let memory = Vec::from_iter((0..batches * BATCH).map(|_| class.create()));
        let touched = Vec::from_iter(memory.iter().map(|_| UnsafeCell::new(())));
        Arc::new(Self { class, memory, touched })
    }

    fn touch(&self, number: usize) {
        self.touched[number].with_mut(|_| ());
    }

    /// Uses the cells of one batch, and frees them.
    fn batch(&self, number: usize) -> Batch {
        let chain = Chain::new();
        for cell in number * BATCH..(number + 1) * BATCH {
            self.touch(cell);
            // SAFETY: each batch is made once, from cells of its own.
            unsafe { chain.push(self.memory[cell]) };
        }
        chain.take_batch().expect("the chain is full")
    }

    /// Uses the cells of a batch again; their numbers.
    fn reuse(&self, batch: Batch) -> Vec<usize> {
        let chain = Chain::new();
        chain.load(batch);
        let number = |cell| self.memory.iter().position(|&of| of == cell).expect("a cell of ours");
        let numbers = Vec::from_iter(std::iter::from_fn(|| chain.pop()).map(number));
        numbers.iter().for_each(|&number| self.touch(number));
        numbers
    }

    /// What is in hand and what is left on the shelf is everything, once.
    fn check(&self, shelf: &Shelf, mut held: Vec<usize>) {
        let left = Vec::from_iter(std::iter::from_fn(|| shelf.take()));
        assert!(left.len() <= SHELF, "the shelf keeps its bound");
        held.extend(left.into_iter().flat_map(|batch| self.reuse(batch)));
        held.sort_unstable();
        assert_eq!(held, Vec::from_iter(0..self.memory.len()), "each cell is in one hand");
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        for &cell in &self.memory {
            // SAFETY: the model is over, and nobody holds the cells.
            unsafe { self.class.destroy(cell) };
        }
    }
}

/// Puts a batch, and keeps its cells if the shelf is full.
fn put(cells: &Cells, shelf: &Shelf, number: usize) -> Vec<usize> {
    shelf.put(cells.batch(number)).map_or_else(|batch| cells.reuse(batch), |()| Vec::new())
}

fn take(cells: &Cells, shelf: &Shelf) -> Vec<usize> {
    shelf.take().map_or(Vec::new(), |batch| cells.reuse(batch))
}

#[test]
fn loom_two_threads_put_and_take() {
    loom::model(|| {
        let (cells, shelf) = (Cells::new(2), Arc::new(Shelf::default()));
        let other = thread::spawn({
            let (cells, shelf) = (Arc::clone(&cells), Arc::clone(&shelf));
            move || [put(&cells, &shelf, 0), take(&cells, &shelf)].concat()
        });
        let mut held = [put(&cells, &shelf, 1), take(&cells, &shelf)].concat();
        held.extend(other.join().unwrap());
        cells.check(&shelf, held);
    });
}

#[test]
fn loom_two_threads_put_and_the_bound_holds() {
    loom::model(|| {
        let (cells, shelf) = (Cells::new(2), Arc::new(Shelf::default()));
        let other = thread::spawn({
            let (cells, shelf) = (Arc::clone(&cells), Arc::clone(&shelf));
            move || put(&cells, &shelf, 0)
        });
        let mut held = put(&cells, &shelf, 1);
        held.extend(other.join().unwrap());
        assert_eq!(held.len(), BATCH, "one batch had to stay in hand");
        cells.check(&shelf, held);
    });
}

#[test]
fn loom_two_threads_take_one_batch() {
    loom::model(|| {
        let (cells, shelf) = (Cells::new(1), Arc::new(Shelf::default()));
        assert!(put(&cells, &shelf, 0).is_empty());
        let other = thread::spawn({
            let (cells, shelf) = (Arc::clone(&cells), Arc::clone(&shelf));
            move || take(&cells, &shelf)
        });
        let mut held = take(&cells, &shelf);
        held.extend(other.join().unwrap());
        assert_eq!(held.len(), BATCH, "one of them got it");
        cells.check(&shelf, held);
    });
}

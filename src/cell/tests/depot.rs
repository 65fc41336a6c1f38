//! The depot with real threads, and the sizes it asks the allocator for.

use std::alloc::Layout;
use std::cell::RefCell;
use std::collections::HashSet;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::thread;

use crate::cell::depot::chain::{BATCH, Chain};
use crate::cell::depot::class::Class;
use crate::cell::depot::shelf::{SHELF, Shelf};
use crate::cell::depot::{allocate, free};

/// A cell in use: filled with a pattern that is checked when it is given back.
struct Used {
    memory: NonNull<u8>,
    layout: Layout,
    pattern: u8,
}

// SAFETY: the memory is owned, and plain bytes.
unsafe impl Send for Used {}

impl Used {
    fn new(layout: Layout, pattern: u8) -> Self {
        // SAFETY: no test asks for size 0.
        let memory = unsafe { allocate(layout) };
        assert_eq!(memory.addr().get() % layout.align(), 0);
        // SAFETY: the memory has the layout's size.
        unsafe { memory.write_bytes(pattern, layout.size()) };
        Self { memory, layout, pattern }
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        // SAFETY: all of it was written in `new`, and this value is the only way to it.
        let bytes = unsafe { std::slice::from_raw_parts(self.memory.as_ptr(), self.layout.size()) };
        assert!(bytes.iter().all(|&byte| byte == self.pattern), "somebody wrote to a live cell");
        // SAFETY: from `allocate` with this layout, and not used any more.
        unsafe { free(self.memory, self.layout) };
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a valid layout")
}

#[test]
fn a_class_costs_in_glibc_what_its_requests_cost() {
    let block = |request: usize| (request + 8).next_multiple_of(16).max(32);
    for size in 1..=520 {
        let class = Class::of(layout(size, 8)).expect("small");
        assert!(class.layout().size() >= size);
        assert_eq!(block(class.layout().size()), block(size), "a request of {size}");
    }
    assert_eq!(Class::of(layout(88, 8)).expect("small").layout().size(), 88);
}

#[test]
fn large_and_strictly_aligned_cells_have_no_class_and_are_served() {
    for (size, align) in [(521, 8), (4_096, 8), (100_000, 16), (64, 64), (200, 128)] {
        assert_eq!(Class::of(layout(size, align)), None);
        drop(Used::new(layout(size, align), 0xA5));
    }
}

#[test]
fn a_cell_freed_last_is_the_next_one_of_its_class() {
    let first = Used::new(layout(88, 8), 1);
    let memory = first.memory;
    drop(first);
    let other = Used::new(layout(89, 8), 2);
    assert_ne!(other.memory, memory, "89 bytes are of the next class");
    assert_eq!(Used::new(layout(81, 8), 3).memory, memory);
}

#[test]
fn a_batch_freed_by_one_thread_serves_another() {
    // A class of its own, since tests share the depot.
    let layout = layout(470, 8);
    let freed: HashSet<usize> = thread::spawn(move || {
        let used = Vec::from_iter((0..BATCH * 3).map(|_| Used::new(layout, 7)));
        used.iter().map(|used| used.memory.addr().get()).collect()
    })
    .join()
    .unwrap();
    let used = Vec::from_iter((0..BATCH * 3).map(|_| Used::new(layout, 8)));
    assert!(used.iter().all(|used| freed.contains(&used.memory.addr().get())));
}

/// A child process has such a shelf for ever, if it was forked off while another thread was there.
#[test]
fn nobody_waits_for_a_shelf_that_is_in_use() {
    let class = Class::of(layout(88, 8)).expect("small");
    let shelf = Shelf::default();
    let chain = Chain::new();
    let batch = || {
        while !chain.is_full() {
            // SAFETY: a fresh cell of the class.
            unsafe { chain.push(class.create()) };
        }
        chain.take_batch().expect("the chain is full")
    };
    assert!(shelf.put(batch()).is_ok());
    let in_use = shelf.stock.lock();
    assert!(shelf.take().is_none());
    let refused = shelf.put(batch()).expect_err("it is in use");
    drop(in_use);
    for batch in [refused, shelf.take().expect("it is there still")] {
        // SAFETY: all cells here are of `class`.
        unsafe { batch.destroy(class) };
    }
}

#[test]
fn a_shelf_keeps_its_bound_and_gives_the_rest_back() {
    let class = Class::of(layout(88, 8)).expect("small");
    let shelf = Shelf::default();
    let chain = Chain::new();
    for number in 0..SHELF + 3 {
        while !chain.is_full() {
            // SAFETY: a fresh cell of the class.
            unsafe { chain.push(class.create()) };
        }
        let refused = shelf.put(chain.take_batch().expect("the chain is full")).err();
        assert_eq!(refused.is_some(), number >= SHELF);
        // SAFETY: all cells here are of `class`.
        refused.into_iter().for_each(|batch| unsafe { batch.destroy(class) });
    }
    let mut cells = HashSet::new();
    while let Some(batch) = shelf.take() {
        chain.load(batch);
        while let Some(cell) = chain.pop() {
            assert!(cells.insert(cell), "a cell is handed out twice");
            // SAFETY: the cell is in hand, and of `class`.
            unsafe { class.destroy(cell) };
        }
    }
    assert_eq!(cells.len(), SHELF * BATCH, "nothing is lost");
}

#[test]
fn thread_locals_may_allocate_and_free_while_they_are_destroyed() {
    thread_local! {
        static EARLY: RefCell<Vec<Used>> = const { RefCell::new(Vec::new()) };
        static LATE: Late = const { Late };
    }
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            drop(Vec::from_iter((0..200).map(|n| Used::new(layout(40, 8), n))));
        }
    }
    // The order in which the cache and these are destroyed follows their first use; try both.
    for cache_first in [false, true] {
        thread::spawn(move || {
            if cache_first {
                drop(Used::new(layout(40, 8), 1));
            }
            LATE.with(|_| ());
            EARLY.with_borrow_mut(|used| {
                used.extend((0..200).map(|pattern| Used::new(layout(40, 8), pattern)));
            });
        })
        .join()
        .unwrap();
    }
}

/// Cells that threads hand to one another.
#[derive(Default)]
struct Pool(Mutex<Vec<Used>>);

impl Pool {
    fn put(&self, used: Used) {
        self.0.lock().expect("nobody panics under it").push(used);
    }

    fn take(&self, choice: usize) -> Option<Used> {
        let mut pool = self.0.lock().expect("nobody panics under it");
        let index = choice.checked_rem(pool.len())?;
        Some(pool.swap_remove(index))
    }
}

#[test]
fn no_live_cell_is_handed_out_while_threads_exchange_them() {
    const SIZES: [usize; 7] = [24, 88, 88, 88, 100, 520, 600];
    let pool = Pool::default();
    let work = |mut seed: usize| {
        for round in 0..40_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            let choice = seed >> 33;
            // Rounds of growing and of shrinking, so that whole batches come and go.
            if !choice.is_multiple_of(4) ^ (round % 4_000 < 2_000) {
                drop(pool.take(choice));
            } else {
                pool.put(Used::new(layout(SIZES[choice % SIZES.len()], 8), seed as u8));
            }
        }
    };
    thread::scope(|scope| {
        for seed in 1..=3 {
            let work = &work;
            scope.spawn(move || work(seed));
        }
    });
}

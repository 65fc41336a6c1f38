//! Memory: from the allocator, from the kernel, and from beyond the caches.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use super::{Primitive, each, nanos_each, primitive};

/// As large as the cell of a small task.
type Cell = [u8; 88];
const CELLS: u32 = 1_000_000;
const PAGE: usize = 4_096;
const PAGES: u32 = 32_768;
/// Words of a table beyond any cache.
const WORDS: usize = 1 << 26;
const READS: u32 = 2_000_000;

pub const LIST: &[Primitive] = &[
    primitive("88 bytes allocated and freed by one thread", || {
        each(CELLS, || drop(black_box(Box::new([0_u8; size_of::<Cell>()]))))
    }),
    primitive("88 bytes freed that an ended thread has allocated", || {
        let other = thread::spawn(cells);
        let cells = other.join().expect("there is memory");
        let start = Instant::now();
        cells.into_iter().for_each(drop);
        nanos_each(start, CELLS)
    }),
    primitive("a page of 4,096 bytes touched for the first time", || {
        let start = Instant::now();
        let mut fresh = vec![0_u8; PAGES as usize * PAGE];
        fresh.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
        black_box(&fresh);
        nanos_each(start, PAGES)
    }),
    primitive("a word of 256 MB read, where the last one tells", miss),
];

#[expect(clippy::vec_box, reason = "each is to be freed by itself")]
fn cells() -> Vec<Box<Cell>> {
    (0..CELLS).map(|_| Box::new([0; size_of::<Cell>()])).collect()
}

/// Follows a circle of all words: the place of the next is the last by a multiplier and an addend that have the full period.
fn miss() -> f64 {
    let next = |place: usize| place.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % WORDS;
    let table: Vec<u32> = (0..WORDS).map(|place| next(place) as u32).collect();
    let mut place = 0;
    let took = each(READS, || place = table[place] as usize);
    black_box(place);
    took
}

//! Reuse of dead cells: the memory that a task leaves behind is the memory of the next one.
//!
//! A task lives as long as a message, so an allocator is asked for a cell and given it back millions of
//! times a second, and usually by different threads: one worker spawns, another finishes. A cache per
//! thread does not help there, since it is full on one side and empty on the other. So dead cells move
//! between the caches, in batches, through a depot that all threads share. It is bounded: what a burst
//! of tasks leaves behind beyond the bound goes back to the allocator.
//!
//! ```text
//!   thread                     depot, per class             thread
//!   loaded  [0 ..= BATCH]                                   loaded  [0 ..= BATCH]
//!   reserve [0 or BATCH] --- put ---> shelf --- take --->   reserve [0 or BATCH]
//!                             full? |  ^ 0 ..= SHELF batches
//!                                   v  | empty?
//!                                  allocator
//! ```
//!
//! - `class`: which cells can stand in for one another;
//! - `chain`: dead cells, linked through themselves;
//! - `shelf`: the exchange of batches between threads, one shelf a class;
//! - `cache`: a thread's own two chains a class, and the way through all of it.
//!
//! It knows no task: a layout goes in, memory comes out, and nothing but memory comes back.
//!
//! # Steps
//!
//! Allocate:
//! 1. take the top of `loaded`;
//! 2. if it is empty, make `reserve` the loaded chain; if that is empty too, take a batch from the shelf;
//!    then 1;
//! 3. if the shelf is empty, ask the allocator for one cell.
//!
//! Free:
//! 1. if `loaded` is full and `reserve` is not empty, put `reserve` on the shelf, or if the shelf is full
//!    give its cells to the allocator;
//! 2. if `loaded` is full, make it the reserve;
//! 3. put the cell on `loaded`.
//!
//! Two chains and not one: a thread that frees one and allocates one at the edge of a batch would
//! exchange a batch each time. So it moves at least `BATCH` cells between two visits to the shelf.
//!
//! A thread that ends puts its full batches on the shelves and gives the rest to the allocator. From
//! then on, in the destructors of other thread-locals, its requests go to the allocator directly.
//!
//! # Invariants
//!
//! 1. A dead cell of class `c` is memory that the global allocator gave for `c.layout()`, and nobody but
//!    the chain, batch or shelf that holds it reads or writes it. It stands in one of them, once.
//! 2. Chains, batches and shelves of different classes never mix: each cache and each shelf has an entry
//!    of its own for each class, and all calls pass the class down from the request's layout.
//! 3. A chain is touched by its thread alone, and a shelf under its lock.
//! 4. No state of a cache is held in hand while the allocator runs: it may be a foreign one that comes
//!    back to us.
//!
//! | field | read and written by |
//! |---|---|
//! | first word of a dead cell (`next`) | who holds the chain or batch it stands in |
//! | second word of the first cell of a batch (`below`) | who holds the shelf's lock |
//! | `Bin::loaded`, `Bin::reserve` | their thread |
//! | `Shelf::stock` | who holds the lock |
//! | `Shelf::count` | written under the lock, read by anyone as a hint |
//!
//! # Rejected
//!
//! - *A shelf without a lock* (a stack whose top is swapped): a taker has to read the `below` of a batch
//!   that another thread may have taken, filled with a task and freed meanwhile, so it needs a counter
//!   beside the pointer and reads of memory in use. The lock is taken once for 64 cells, for a few
//!   instructions.
//! - *Classes with round sizes* (64, 96, 128): a request of 88 bytes would cost 112 in glibc instead
//!   of 96.
//! - *A list threaded through live cells*, to send each home to the thread that made it: a word more in
//!   each task, and a contended line for each one that ends elsewhere.
//! - *Keeping everything*: a burst of a million tasks would pin its memory for ever.

pub(super) mod chain;
pub(super) mod class;
pub(super) mod shelf;

#[cfg(not(loom))]
mod cache;
#[cfg(not(loom))]
pub(crate) use self::cache::{allocate, free};

#[cfg(loom)]
mod direct;
#[cfg(loom)]
pub(crate) use self::direct::{allocate, free};

//! What a member of a `JoinSet` costs: one allocation, that of its task.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use runtime::Builder;
use runtime::task::JoinSet;

thread_local! {
    /// Allocations of this thread.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all is left to the system's allocator; the count beside it is a plain cell, which allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Spawns a thousand members and joins them, and says how often that allocated.
async fn turn_over(set: &mut JoinSet<usize>) -> usize {
    let before = ALLOCATIONS.get();
    for n in 0..1_000 {
        set.spawn(async move { n });
    }
    let mut sum = 0;
    while let Some(n) = set.join_next().await {
        sum += n.unwrap();
    }
    assert_eq!(sum, 499_500);
    ALLOCATIONS.get() - before
}

#[test]
fn a_member_costs_one_allocation_at_most() {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut set = JoinSet::new();
        turn_over(&mut set).await;
        let again = turn_over(&mut set).await;
        assert!(again <= 1_010, "{again} allocations for 1,000 members");
    });
}

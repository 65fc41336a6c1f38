//! What tasks of this crate wait for.

use std::sync::Arc;

use runtime as rt;
use runtime::sync::WaitGroup;

use crate::wait::Wait;
use waits::measure::{Begun, each};

#[path = "waits/mod.rs"]
mod waits;

/// What Tokio has, and a [`WaitGroup`].
pub fn waits() -> Vec<Wait> {
    let mut waits = waits::list();
    waits.push(Wait {
        name: "WaitGroup::wait",
        is_burst: false,
        run: || {
            let group = WaitGroup::new();
            group.add(1);
            each(move |begun: Arc<Begun>| {
                let group = group.clone();
                async move {
                    begun.one();
                    group.wait().await;
                }
            })
        },
    });
    waits
}

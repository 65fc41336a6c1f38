//! Dumps, as seldom as will do.
//!
//! A dump of very many tasks takes its time, and whoever looks asks again every second, from several windows perhaps. So there is one
//! dump at a time, whose groups serve all who ask for the same; and behind one that took long there is a pause, so that a fifth of the
//! time is spent on dumps at most, whatever is asked for.
//!
//! The lock is kept by the closure that makes the dump, and not by who asked for it. So it is kept to the end when the client has gone, and
//! clients that come and go start no second dump beside the first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::groups::{Groups, Selection};
use crate::runtime::Handle;
use crate::sync::Mutex;
use crate::task::JoinError;
use crate::{task, time};

/// For so long groups serve at least.
const FRESH: Duration = Duration::from_millis(400);

/// So many times as long as a dump took, nobody makes another one.
const PAUSE: u32 = 4;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// The number of the runtime; none is the first there is.
    pub(super) runtime: Option<u64>,
    pub(super) selection: Selection,
}

/// The answer to a wish.
#[derive(Debug)]
pub(super) struct Found {
    wish: Wish,
    /// None if there is no such runtime.
    pub(super) groups: Option<Groups>,
    pub(super) took: Duration,
    /// When it was complete.
    pub(super) at: Instant,
}

/// See the module's prose.
#[derive(Debug, Default)]
pub(super) struct Census {
    newest: Arc<Mutex<Option<Arc<Found>>>>,
}

impl Census {
    /// The groups that are wished for, new or nearly so.
    pub(super) async fn get(&self, wish: Wish) -> Result<Arc<Found>, JoinError> {
        let mut newest = self.newest.clone().lock_owned().await;
        if let Some(found) = &*newest {
            let rest = found.took * PAUSE;
            if found.wish == wish && found.at.elapsed() < rest.max(FRESH) {
                return Ok(found.clone());
            }
            time::sleep_until((found.at + rest).into()).await;
        }
        let made = task::spawn_blocking(move || {
            let found = Arc::new(Found::make(wish));
            *newest = Some(found.clone());
            found
        });
        made.await
    }
}

impl Found {
    fn make(wish: Wish) -> Self {
        let begin = Instant::now();
        let groups = Handle::with_all(|handles| {
            let is_wished = |handle: &&Handle| {
                wish.runtime.is_none_or(|number| handle.id().to_string() == number.to_string())
            };
            let handle = handles.iter().find(is_wished)?;
            Some(Groups::of(&handle.dump(), &wish.selection))
        });
        Self { wish, groups, took: begin.elapsed(), at: Instant::now() }
    }
}

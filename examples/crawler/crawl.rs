//! The pool of tasks that visit pages, and the queue that they fill themselves.
//!
//! A page that is known and not yet visited is a job, and each job is a member of the `WaitGroup`, in the queue as well as in the
//! hands of a worker. A worker adds the pages that it found before it gives up its own job, so the group is empty only when
//! there is nothing left that could find more; then the queue is closed, and the workers end.
//!
//! It ends no later when it is cancelled or a worker panics: jobs are dropped with the task that has them, and those in the queue
//! with the last receiver.
//!
//! Workers wait for the queue and for whoever takes their visits, and never for room in the queue: it has no bound of its own,
//! or all of them might stand before it with nobody left to take from it. What bounds it is the limit of pages.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Uri;
use runtime::chan;
use runtime::context::Context;
use runtime::sync::{Member, WaitGroup, mpsc};
use runtime::time;

use crate::arguments::Limits;
use crate::fetch::{self, Failure, Page};

/// A page that was visited, or could not be.
pub struct Visit {
    pub url: Uri,
    /// Where it was first heard of; none for the page where all began.
    pub from: Option<Uri>,
    pub outcome: Result<Page, Failure>,
}

/// A crawl under way.
pub struct Crawl {
    /// Ends when no page is left, or the context has ended.
    pub visits: mpsc::Receiver<Visit>,
    pub pages: Arc<Pages>,
}

/// All pages that are known.
pub struct Pages {
    seen: Mutex<HashSet<Uri>>,
    most: usize,
    queue: chan::Sender<Job>,
    unvisited: WaitGroup,
}

/// A page to visit, counted until it was, or never will be.
struct Job {
    url: Uri,
    from: Option<Uri>,
    counted: Member,
}

impl Crawl {
    /// Starts the tasks, which end with the context.
    pub fn start(ctx: &Context, first: Uri, limits: Limits) -> Self {
        let (queue, jobs) = chan::unbounded();
        let (results, visits) = mpsc::channel(limits.at_once);
        let pages = Arc::new(Pages::new(queue, limits.pages));
        pages.add(first, None);
        for _ in 0..limits.at_once {
            let worker = work(pages.clone(), jobs.clone(), results.clone(), limits.timeout);
            runtime::spawn(ctx.run(worker));
        }
        let all = pages.clone();
        runtime::spawn(async move {
            all.unvisited.wait().await;
            all.queue.close();
        });
        Self { visits, pages }
    }
}

/// Visits one page after the other until none is left.
async fn work(
    pages: Arc<Pages>,
    jobs: chan::Receiver<Job>,
    results: mpsc::Sender<Visit>,
    timeout: Duration,
) {
    while let Some(Job { url, from, counted }) = jobs.recv().await {
        let outcome = match time::timeout(timeout, fetch::get(&url)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Late),
        };
        for link in outcome.iter().flat_map(|page| &page.links) {
            pages.add(link.clone(), Some(&url));
        }
        if results.send(Visit { url, from, outcome }).await.is_err() {
            return; // nobody wants to know
        }
        drop(counted);
    }
}

impl Pages {
    fn new(queue: chan::Sender<Job>, most: usize) -> Self {
        Self { seen: Mutex::default(), most, queue, unvisited: WaitGroup::new() }
    }

    /// Queues a page, unless it is known or there are enough.
    fn add(&self, url: Uri, from: Option<&Uri>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() == self.most || !seen.insert(url.clone()) {
            return;
        }
        drop(seen);
        let job = Job { url, from: from.cloned(), counted: self.unvisited.member() };
        // There is always room. Without receivers the crawl was cancelled, and the job is dropped.
        let _ = self.queue.try_send(job);
    }

    /// How many pages are known, visited or not.
    pub fn known(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

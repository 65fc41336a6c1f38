//! Which path gives what.

use std::time::Instant;

use ::hyper::body::Incoming;
use ::hyper::header::{self, HeaderValue};
use ::hyper::{Method, StatusCode};

use super::answer::{Answer, found, json, refused};
use super::query::Query;
use super::tasks::Tasks;
use super::trace::Traces;
use super::{page, prometheus, status, visitor};

pub(super) type Request = ::hyper::Request<Incoming>;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Site {
    allows_remote: bool,
    /// When the server began, from which times are told.
    start: Instant,
    tasks: Tasks,
    traces: Traces,
}

impl Site {
    pub(super) fn new(allows_remote: bool) -> Self {
        let (tasks, traces) = (Tasks::default(), Traces::default());
        Self { allows_remote, start: Instant::now(), tasks, traces }
    }
}

/// Answers one request, whose body is not read.
pub(super) async fn answer(site: &Site, request: &Request) -> Answer {
    if let Err(refusal) = visitor::check(request, site.allows_remote) {
        return *refusal;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut answer = refused(StatusCode::METHOD_NOT_ALLOWED, "by GET or HEAD alone\n");
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    let query = Query::of(request.uri());
    match request.uri().path() {
        "/" => page::page(),
        "/metrics" => found(prometheus::CONTENT_TYPE, prometheus::text()),
        "/debug/status.json" => json(status::text(site.start)),
        "/debug/tasks.json" => site.tasks.groups(&query).await,
        "/debug/group.json" => site.tasks.group(&query).await,
        "/debug/trace" => site.traces.take(&query).await,
        _ => refused(StatusCode::NOT_FOUND, "nothing is here\n"),
    }
}

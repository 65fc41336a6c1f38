//! A trace of the next few seconds.
//!
//! It is what a flight recorder has at their end. So it is no obstacle to a trace that the program takes itself, and when the client goes
//! away before, the recorder is dropped with the request, and recording stops. One is taken at a time, since each costs a little in every
//! poll and some memory for each thread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ::hyper::StatusCode;
use ::hyper::header::{self, HeaderValue};

use super::answer::{self, Answer, refused};
use super::query::Query;
use crate::sync::Semaphore;
use crate::trace::Options;
use crate::{task, time};

/// In seconds.
const USUAL: f64 = 5.0;
const LONGEST: f64 = 30.0;

/// Of each thread the last so many events are kept: some megabytes of JSON.
const EVENTS: usize = 1 << 15;

#[derive(Debug)]
pub(super) struct Traces {
    turn: Arc<Semaphore>,
}

impl Default for Traces {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Traces {
    /// `?seconds=5`: the trace, in Chrome's format.
    pub(super) async fn take(&self, query: &Query<'_>) -> Answer {
        let Some(time) = length(query.get("seconds").as_deref()) else {
            let why = "for how long? seconds=5, or up to 30\n";
            return refused(StatusCode::BAD_REQUEST, why);
        };
        let Ok(turn) = self.turn.clone().try_acquire_owned() else {
            return refused(StatusCode::CONFLICT, "another trace is being taken\n");
        };
        let recorder = Options::new().events_per_thread(EVENTS).flight_recorder();
        time::sleep(time).await;
        let written = task::spawn_blocking(move || {
            let trace = recorder.snapshot();
            drop(recorder);
            let mut text = Vec::new();
            trace.write_to(&mut text)?;
            drop(turn);
            io::Result::Ok(text)
        });
        match written.await {
            Ok(Ok(text)) => as_file(answer::json(text)),
            _ => refused(StatusCode::INTERNAL_SERVER_ERROR, "the trace failed\n"),
        }
    }
}

fn length(text: Option<&str>) -> Option<Duration> {
    let seconds: f64 = text.map_or(Ok(USUAL), str::parse).ok()?;
    let is_right = seconds > 0.0 && seconds <= LONGEST;
    is_right.then(|| Duration::from_secs_f64(seconds))
}

/// For who asks by a link: to be stored.
fn as_file(mut answer: Answer) -> Answer {
    let value = HeaderValue::from_static("attachment; filename=\"trace.json\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    answer
}

//! What is sent back.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::hyper::body::{Body, Bytes, Frame, SizeHint};
use ::hyper::header::{self, HeaderValue};
use ::hyper::{Response, StatusCode};

/// An answer of the page.
pub(super) type Answer = Response<Text>;

/// A body that is there as a whole.
#[derive(Debug)]
pub(super) struct Text(Option<Bytes>);

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// Success, of this type.
pub(super) fn found(content_type: &'static str, text: impl Into<Bytes>) -> Answer {
    with(StatusCode::OK, content_type, text.into())
}

/// JSON.
pub(super) fn json(text: impl Into<Bytes>) -> Answer {
    found("application/json", text)
}

/// That it is not to be had, and why.
pub(super) fn refused(status: StatusCode, why: &'static str) -> Answer {
    with(status, "text/plain; charset=utf-8", Bytes::from_static(why.as_bytes()))
}

/// That there are too many clients.
pub(super) fn busy() -> Answer {
    let mut answer = refused(StatusCode::SERVICE_UNAVAILABLE, "too many look already\n");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Nothing is kept by caches, read as something else than it is, shown in another page's frame, or allowed to load anything; the page
/// says for itself what it needs.
fn with(status: StatusCode, content_type: &'static str, text: Bytes) -> Answer {
    let mut answer = Response::new(Text(Some(text)));
    *answer.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

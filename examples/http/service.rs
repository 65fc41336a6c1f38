//! What the server answers. It knows no runtime: how to sleep it is told.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode};

/// The answer to `GET /`. To `HEAD /` hyper sends its head alone.
pub const HELLO: &str = "hello\n";

/// What is sent back: the client's own body as it comes in, or a text.
pub type Body = Either<Incoming, Full<Bytes>>;

/// Answers one request.
pub async fn answer<S: Future<Output = ()>>(
    request: Request<Incoming>,
    sleep: impl FnOnce(Duration) -> S,
) -> Result<Response<Body>, Infallible> {
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => text(StatusCode::OK, HELLO),
        (&Method::POST, "/echo") => Response::new(Either::Left(request.into_body())),
        (&Method::GET, "/sleep") => match length(request.uri().query()) {
            Some(length) => {
                sleep(length).await;
                text(StatusCode::OK, "awake\n")
            }
            None => text(StatusCode::BAD_REQUEST, "for how long? /sleep?ms=100\n"),
        },
        (_, "/" | "/echo" | "/sleep") => {
            text(StatusCode::METHOD_NOT_ALLOWED, "not by this method\n")
        }
        _ => text(StatusCode::NOT_FOUND, "nothing is here\n"),
    })
}

fn length(query: Option<&str>) -> Option<Duration> {
    let mut pairs = query?.split('&');
    let length = pairs.find_map(|pair| pair.strip_prefix("ms="))?;
    Some(Duration::from_millis(length.parse().ok()?))
}

fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Either::Right(Full::from(text)));
    *response.status_mut() = status;
    response
}

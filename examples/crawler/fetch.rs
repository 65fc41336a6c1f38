//! Getting one page.

use std::fmt::{self, Display};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderName, LOCATION, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use runtime::hyper::Io;
use runtime::net::TcpStream;

use crate::links;

/// Where a page is longer than this, it counts as broken.
const LONGEST: usize = 4 << 20;

/// What came of a request.
pub struct Page {
    pub status: StatusCode,
    /// What it refers to on the same site.
    pub links: Vec<Uri>,
}

/// Why there was no answer.
pub enum Failure {
    /// It took too long.
    Late,
    Broken(Broken),
}

type Broken = Box<dyn std::error::Error + Send + Sync>;

impl<E: Into<Broken>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late => f.write_str("no answer in time"),
            Self::Broken(error) => error.fmt(f),
        }
    }
}

/// Gets a page by a connection of its own. Whoever drops this future closes the connection.
///
/// hyper leaves the connection to us: it has to be polled beside the request. Here that is done in the same task, and so both
/// end together. The connection ends when its only sender is dropped, and its errors are the request's.
pub async fn get(url: &Uri) -> Result<Page, Failure> {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(80))).await?;
    let (sender, connection) = http1::handshake(Io::new(stream)).await?;
    let (page, _) = runtime::join!(request(sender, url), connection);
    page
}

async fn request(mut sender: SendRequest<Empty<Bytes>>, url: &Uri) -> Result<Page, Failure> {
    let host = url.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(url.path_and_query().map_or("/", |target| target.as_str()))
        .header(HOST, host)
        .header(USER_AGENT, "gosched-crawler")
        .header(CONNECTION, "close")
        .body(Empty::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok(Page { status, links: links_of(response, url).await? })
}

/// What an answer leads to. Bodies that are of no use are not read.
async fn links_of(response: Response<Incoming>, url: &Uri) -> Result<Vec<Uri>, Failure> {
    if response.status().is_redirection() {
        let target = header(&response, LOCATION).and_then(|link| links::resolve(url, link));
        return Ok(target.into_iter().collect());
    }
    let is_html = header(&response, CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    if !response.status().is_success() || !is_html {
        return Ok(Vec::new());
    }
    let body = Limited::new(response.into_body(), LONGEST).collect().await?.to_bytes();
    let text = String::from_utf8_lossy(&body);
    Ok(links::find(&text).filter_map(|link| links::resolve(url, &link)).collect())
}

fn header(response: &Response<Incoming>, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

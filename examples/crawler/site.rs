//! A small site to try the crawler on: pages that lead to each other, one that is missing, and one that never comes.

use std::convert::Infallible;
use std::future;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use runtime::hyper::{Io, Timer};
use runtime::net::TcpListener;
use runtime::time;

/// Serves in the background, and returns the first page.
pub async fn serve() -> io::Result<Uri> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let first = format!("http://{}/", listener.local_addr()?);
    runtime::spawn(accept(listener));
    Ok(first.parse().expect("an address is a part of a URL"))
}

async fn accept(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        runtime::spawn(async move {
            let mut server = http1::Builder::new();
            server.timer(Timer::new());
            // A visitor who leaves early is no error.
            let _ = server.serve_connection(Io::new(stream), service_fn(answer)).await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // As if it came from further away.
    time::sleep(Duration::from_millis(50)).await;
    let links = match request.uri().path() {
        "/" => &["about", "news/1", "news/2", "/missing", "/slow"][..],
        "/about" => &["/", "about#us", "mailto:us@example.org", "http://example.org/"],
        "/news/1" => &["2", "3", "../about"],
        "/news/2" => &["3", "1", "./2"],
        "/news/3" => &["1", "2", "3", "../"],
        "/slow" => future::pending().await,
        _ => return Ok(page(StatusCode::NOT_FOUND, "nothing is here".into())),
    };
    let links = links.iter().map(|link| format!("<a href=\"{link}\">{link}</a>\n"));
    Ok(page(StatusCode::OK, links.collect()))
}

fn page(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let html = "text/html; charset=utf-8".parse().expect("it is the value of a header");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}

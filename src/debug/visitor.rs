//! Who may look: nobody who comes by way of a foreign page in the user's browser.
//!
//! A page elsewhere can have the browser connect to this machine. It must not read what comes back, nor make the program work.
//!
//! - Under its own name, which its owner points to this machine after it was loaded (DNS rebinding), it would be of the same origin as the
//!   page, and may read all. So the host that a request names has to be `localhost`, or a literal address, which nobody can point elsewhere.
//! - Under the page's own address it may ask, and not read. Browsers say of such a request that it comes from another site; then there is
//!   only the page itself to be had, by a link to it, and no data.

use ::hyper::header::{self, HeaderMap};
use ::hyper::http::uri::Authority;
use ::hyper::{Request, StatusCode};

use super::answer::{Answer, refused};

/// Whether a request may be answered; else the answer that it gets.
pub(super) fn check<B>(request: &Request<B>, allows_remote: bool) -> Result<(), Box<Answer>> {
    if !allows_remote && !names_this_machine(request) {
        let why = "the host of the request is neither localhost nor an address\n";
        return Err(Box::new(refused(StatusCode::FORBIDDEN, why)));
    }
    if request.uri().path() != "/" && is_from_elsewhere(request.headers()) {
        let why = "the request comes from another site\n";
        return Err(Box::new(refused(StatusCode::FORBIDDEN, why)));
    }
    Ok(())
}

/// Whether the one host that the request names can be nothing but this machine.
fn names_this_machine<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let is_local = |authority: &Authority| is_local(authority.host());
    let is_right = match Authority::try_from(host.as_bytes()) {
        Ok(authority) => is_local(&authority) && !authority.as_str().contains('@'),
        Err(_) => false,
    };
    // A proxy's form of a request has it in the first line too, which then counts.
    is_right && request.uri().authority().is_none_or(is_local)
}

fn is_local(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if literal.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Whether a request for `path` with these headers may be answered.
    fn may(path: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap(), false).is_ok()
    }

    #[test]
    fn the_host_is_this_machine() {
        for host in [
            "localhost",
            "LOCALHOST:6060",
            "localhost.:1",
            "app.localhost:80",
            "127.0.0.1:6060",
            "[::1]:6060",
            "[::1]",
            "10.0.0.7:80",
        ] {
            assert!(may("/metrics", &[("host", host)]), "{host}");
        }
        for host in [
            "",
            "example.org",
            "example.org:6060",
            "localhost.example.org",
            "notlocalhost",
            "127.0.0.1.example.org",
            "user@localhost",
            "evil@127.0.0.1",
            "localhost/",
            "[::1",
            "\u{e4}",
        ] {
            assert!(!may("/metrics", &[("host", host)]), "{host}");
        }
        assert!(!may("/metrics", &[]));
        assert!(!may("/metrics", &[("host", "localhost"), ("host", "localhost")]));
        assert!(!may("http://example.org/metrics", &[("host", "localhost")]));
        assert!(may("http://localhost/metrics", &[("host", "localhost")]));
    }

    #[test]
    fn data_is_not_for_other_sites() {
        let from = |site| [("host", "localhost"), ("sec-fetch-site", site)];
        for site in ["cross-site", "same-site", "nonsense"] {
            assert!(!may("/metrics", &from(site)));
            assert!(may("/", &from(site)));
        }
        for site in ["same-origin", "none"] {
            assert!(may("/metrics", &from(site)));
        }
    }
}

//! What a page refers to.

use hyper::Uri;

/// The targets of `<a href=..>`, as they are written there.
///
/// This is no parser of HTML: it sees links in comments too, and breaks off at a `>` within quotes.
pub fn find(page: &str) -> impl Iterator<Item = String> {
    page.split('<').skip(1).filter_map(|rest| {
        let tag = rest.split('>').next()?;
        let (name, attributes) = tag.split_once(|it: char| it.is_ascii_whitespace())?;
        if name.eq_ignore_ascii_case("a") { href(attributes) } else { None }
    })
}

fn href(attributes: &str) -> Option<String> {
    const NAME: &str = "href";
    let lower = attributes.to_ascii_lowercase();
    let begins = |at: usize| !lower[..at].ends_with(|it: char| !it.is_ascii_whitespace());
    let (at, _) = lower.match_indices(NAME).find(|&(at, _)| begins(at))?;
    let value = attributes[at + NAME.len()..].trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_ascii_whitespace().next()?,
    };
    Some(value.replace("&amp;", "&"))
}

/// The page that a link on another page means, if it is on the same site.
///
/// Each page has one name, whatever the links to it look like.
pub fn resolve(base: &Uri, link: &str) -> Option<Uri> {
    // Behind the # stands a place in the page.
    let link = link.trim().split('#').next()?;
    let target = if let Some(rest) = link.strip_prefix("//") {
        on_same_site(base, &format!("http://{rest}"))?
    } else if has_scheme(link) {
        on_same_site(base, link)?
    } else {
        relative(base, link)
    };
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    format!("http://{}{}{query}", base.authority()?, without_dots(path)).parse().ok()
}

/// Path and query of a whole URL, if host and port are those of the base.
fn on_same_site(base: &Uri, link: &str) -> Option<String> {
    let link: Uri = link.parse().ok()?;
    let port = |url: &Uri| url.port_u16().unwrap_or(80);
    let same_host = base.host()?.eq_ignore_ascii_case(link.host()?);
    let same = link.scheme_str() == Some("http") && same_host && port(base) == port(&link);
    same.then(|| link.path_and_query().map_or("/", |target| target.as_str()).to_owned())
}

fn has_scheme(link: &str) -> bool {
    let end = link.find([':', '/', '?']);
    end.is_some_and(|end| link[end..].starts_with(':'))
}

fn relative(base: &Uri, link: &str) -> String {
    match link.chars().next() {
        None => base.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        Some('/') => link.to_owned(),
        Some('?') => format!("{}{link}", base.path()),
        Some(_) => {
            let path = base.path();
            let folder = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
            format!("{folder}{link}")
        }
    }
}

/// Follows what `.` and `..` mean in a path.
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            name => {
                kept.push(name);
                continue;
            }
        }
        if segments.peek().is_none() {
            kept.push(""); // what remains is a folder
        }
    }
    format!("/{}", kept.join("/"))
}

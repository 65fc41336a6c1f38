//! Whatever can be given where an address is asked for.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// What stands for one or more socket addresses.
///
/// | type | for instance |
/// |---|---|
/// | [`SocketAddr`], [`SocketAddrV4`], [`SocketAddrV6`] | |
/// | an [`IpAddr`], [`Ipv4Addr`] or [`Ipv6Addr`] with a port | `(Ipv4Addr::LOCALHOST, 80)` |
/// | [`str`] or [`String`] | `"127.0.0.1:80"`, `"[::1]:80"`, `"localhost:80"` |
/// | a `&str` or `String` with a port | `("::1", 80)` |
/// | a slice of `SocketAddr` | each of them is tried, in their order |
///
/// `localhost` is the loopback address, of IPv4 first and then of IPv6. Other names are not looked up yet: they give an error of
/// the kind [`Unsupported`](ErrorKind::Unsupported).
///
/// It cannot be implemented outside of this crate.
pub trait ToSocketAddrs: Sealed {}

impl<T: Sealed + ?Sized> ToSocketAddrs for T {}

/// What [`ToSocketAddrs`] does, out of the users' sight, so that it can become a look-up that waits.
pub trait Sealed {
    #[doc(hidden)]
    fn addresses(&self) -> io::Result<Addresses>;
}

/// The addresses that something stands for.
#[derive(Clone, Debug)]
pub struct Addresses(Found);

#[derive(Clone, Debug)]
enum Found {
    /// By far the most common: nothing is allocated.
    One(Option<SocketAddr>),
    Many(std::vec::IntoIter<SocketAddr>),
}

impl From<SocketAddr> for Addresses {
    fn from(address: SocketAddr) -> Self {
        Self(Found::One(Some(address)))
    }
}

impl From<Vec<SocketAddr>> for Addresses {
    fn from(addresses: Vec<SocketAddr>) -> Self {
        Self(Found::Many(addresses.into_iter()))
    }
}

impl Iterator for Addresses {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        match &mut self.0 {
            Found::One(address) => address.take(),
            Found::Many(addresses) => addresses.next(),
        }
    }
}

impl Sealed for SocketAddr {
    fn addresses(&self) -> io::Result<Addresses> {
        Ok((*self).into())
    }
}

impl Sealed for SocketAddrV4 {
    fn addresses(&self) -> io::Result<Addresses> {
        SocketAddr::V4(*self).addresses()
    }
}

impl Sealed for SocketAddrV6 {
    fn addresses(&self) -> io::Result<Addresses> {
        SocketAddr::V6(*self).addresses()
    }
}

impl Sealed for (IpAddr, u16) {
    fn addresses(&self) -> io::Result<Addresses> {
        SocketAddr::from(*self).addresses()
    }
}

impl Sealed for (Ipv4Addr, u16) {
    fn addresses(&self) -> io::Result<Addresses> {
        SocketAddr::from(*self).addresses()
    }
}

impl Sealed for (Ipv6Addr, u16) {
    fn addresses(&self) -> io::Result<Addresses> {
        SocketAddr::from(*self).addresses()
    }
}

impl Sealed for [SocketAddr] {
    fn addresses(&self) -> io::Result<Addresses> {
        Ok(self.to_vec().into())
    }
}

impl Sealed for (&str, u16) {
    fn addresses(&self) -> io::Result<Addresses> {
        host(self.0, self.1)
    }
}

impl Sealed for (String, u16) {
    fn addresses(&self) -> io::Result<Addresses> {
        host(&self.0, self.1)
    }
}

impl Sealed for str {
    fn addresses(&self) -> io::Result<Addresses> {
        if let Ok(address) = self.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let Some((name, port)) = self.rsplit_once(':') else {
            return Err(invalid(format!("the address `{self}` has no port")));
        };
        let port = port
            .parse()
            .map_err(|_| invalid(format!("`{port}` in the address `{self}` is no port")))?;
        host(name, port)
    }
}

impl Sealed for String {
    fn addresses(&self) -> io::Result<Addresses> {
        self.as_str().addresses()
    }
}

impl<T: Sealed + ?Sized> Sealed for &T {
    fn addresses(&self) -> io::Result<Addresses> {
        (**self).addresses()
    }
}

/// The addresses of a host that is given by its address or name.
fn host(name: &str, port: u16) -> io::Result<Addresses> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, port).into());
    }
    if name.eq_ignore_ascii_case("localhost") {
        let loopbacks: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(loopbacks.map(|ip| SocketAddr::new(ip, port)).to_vec().into());
    }
    let text = format!(
        "the name `{name}` cannot be looked up: only addresses and `localhost` can be given yet"
    );
    Err(io::Error::new(ErrorKind::Unsupported, text))
}

/// Tries each address until one succeeds, else fails with the error of the last.
pub(super) async fn try_each<T, F>(
    target: impl ToSocketAddrs,
    mut attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut last = nothing();
    for address in target.addresses()? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The address that is tried first.
pub(super) fn first(target: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    target.addresses()?.next().ok_or_else(nothing)
}

fn nothing() -> io::Error {
    invalid("there is no address to try".to_owned())
}

fn invalid(text: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, text)
}

/// The addresses that `host` stands for.
///
/// # Errors
///
/// If it is a text that is no address, or a name; see [`ToSocketAddrs`].
///
/// # Examples
///
/// ```
/// runtime::block_on(async {
///     let addresses: Vec<_> = runtime::net::lookup_host("localhost:80").await?.collect();
///     assert!(addresses.iter().all(|address| address.ip().is_loopback()));
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub async fn lookup_host<T: ToSocketAddrs>(
    host: T,
) -> io::Result<impl Iterator<Item = SocketAddr>> {
    host.addresses()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(target: impl ToSocketAddrs) -> Vec<String> {
        let addresses = target.addresses().expect("an address");
        addresses.map(|address| address.to_string()).collect()
    }

    #[test]
    fn literals_of_every_kind_are_themselves() {
        let v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
        let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0);
        for all in [
            found(v4),
            found(SocketAddr::V4(v4)),
            found((Ipv4Addr::LOCALHOST, 80)),
            found((IpAddr::V4(Ipv4Addr::LOCALHOST), 80)),
            found("127.0.0.1:80"),
            found("127.0.0.1:80".to_owned()),
            found(("127.0.0.1", 80)),
            found(("127.0.0.1".to_owned(), 80)),
        ] {
            assert_eq!(all, ["127.0.0.1:80"]);
        }
        for all in
            [found(v6), found((Ipv6Addr::LOCALHOST, 80)), found("[::1]:80"), found(("::1", 80))]
        {
            assert_eq!(all, ["[::1]:80"]);
        }
        assert_eq!(found(&[v6.into(), v4.into()][..]), ["[::1]:80", "127.0.0.1:80"]);
    }

    #[test]
    fn localhost_is_loopback_and_other_names_say_that_they_cannot_be_looked_up() {
        for all in [found("localhost:7"), found(("LocalHost", 7))] {
            assert_eq!(all, ["127.0.0.1:7", "[::1]:7"]);
        }
        let error = "example.org:80".addresses().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("`example.org`"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_invalid() {
        for text in ["", "127.0.0.1", "localhost", "localhost:", "localhost:port", "1.2.3.4:65536"]
        {
            assert_eq!(text.addresses().unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
        }
    }
}

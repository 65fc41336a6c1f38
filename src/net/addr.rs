//! Whatever can be given where an address is asked for.

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
/// `localhost` is the loopback address, of IPv4 first and then of IPv6. Other names are looked up as
/// [`lookup_host`](super::lookup_host) says, and all their addresses are tried.
///
/// It cannot be implemented outside of this crate.
pub trait ToSocketAddrs: Sealed {}

impl<T: Sealed + ?Sized> ToSocketAddrs for T {}

/// What [`ToSocketAddrs`] does, out of the users' sight.
pub trait Sealed {
    #[doc(hidden)]
    fn target(&self) -> io::Result<Target>;
}

/// What something stands for before a name was looked up.
#[derive(Clone, Debug)]
pub enum Target {
    Known(Addresses),
    Name(String, u16),
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

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self::Known(Addresses(Found::One(Some(address))))
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
    fn target(&self) -> io::Result<Target> {
        Ok((*self).into())
    }
}

impl Sealed for SocketAddrV4 {
    fn target(&self) -> io::Result<Target> {
        SocketAddr::V4(*self).target()
    }
}

impl Sealed for SocketAddrV6 {
    fn target(&self) -> io::Result<Target> {
        SocketAddr::V6(*self).target()
    }
}

impl Sealed for (IpAddr, u16) {
    fn target(&self) -> io::Result<Target> {
        SocketAddr::from(*self).target()
    }
}

impl Sealed for (Ipv4Addr, u16) {
    fn target(&self) -> io::Result<Target> {
        SocketAddr::from(*self).target()
    }
}

impl Sealed for (Ipv6Addr, u16) {
    fn target(&self) -> io::Result<Target> {
        SocketAddr::from(*self).target()
    }
}

impl Sealed for [SocketAddr] {
    fn target(&self) -> io::Result<Target> {
        Ok(Target::Known(self.to_vec().into()))
    }
}

impl Sealed for (&str, u16) {
    fn target(&self) -> io::Result<Target> {
        host(self.0, self.1)
    }
}

impl Sealed for (String, u16) {
    fn target(&self) -> io::Result<Target> {
        host(&self.0, self.1)
    }
}

impl Sealed for str {
    fn target(&self) -> io::Result<Target> {
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
    fn target(&self) -> io::Result<Target> {
        self.as_str().target()
    }
}

impl<T: Sealed + ?Sized> Sealed for &T {
    fn target(&self) -> io::Result<Target> {
        (**self).target()
    }
}

/// What a host stands for that is given by its address or name.
fn host(name: &str, port: u16) -> io::Result<Target> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, port).into());
    }
    if name.eq_ignore_ascii_case("localhost") {
        let loopbacks: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let addresses = loopbacks.map(|ip| SocketAddr::new(ip, port)).to_vec();
        return Ok(Target::Known(addresses.into()));
    }
    if name.is_empty() {
        return Err(invalid(format!("an address with the port {port} has no host")));
    }
    Ok(Target::Name(name.to_owned(), port))
}

pub(super) fn invalid(text: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(target: impl ToSocketAddrs) -> Vec<String> {
        match target.target() {
            Ok(Target::Known(addresses)) => addresses.map(|address| address.to_string()).collect(),
            other => panic!("{other:?} is no address"),
        }
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
    fn localhost_is_loopback_and_other_names_are_to_be_looked_up() {
        for all in [found("localhost:7"), found(("LocalHost", 7))] {
            assert_eq!(all, ["127.0.0.1:7", "[::1]:7"]);
        }
        for target in ["example.org:80".target(), ("example.org", 80).target()] {
            let target = target.expect("a name");
            assert!(matches!(target, Target::Name(name, 80) if name == "example.org"));
        }
    }

    #[test]
    fn what_is_no_address_is_invalid() {
        for text in
            ["", ":80", "127.0.0.1", "localhost", "localhost:", "localhost:port", "1.2.3.4:65536"]
        {
            assert_eq!(text.target().unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
        }
    }
}

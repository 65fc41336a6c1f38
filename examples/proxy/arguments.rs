//! The command line.

use runtime::time::Duration;

/// What is printed after a mistake.
pub const USAGE: &str = "usage: proxy [--limit N] [--idle S] [--report S] PORT UPSTREAM
Passes connections to PORT on to UPSTREAM, which is an address with a port.
  --limit N    serve at most N connections at the same time (default: 1000)
  --idle S     end a connection in which nothing has moved for S seconds (default: 300)
  --report S   tell every S seconds how much moves, if anything does (default: 10)";

/// Where to listen, where to connect to, and what is too much.
pub struct Arguments {
    pub port: u16,
    pub upstream: String,
    pub limit: usize,
    pub idle: Duration,
    pub report: Duration,
}

impl Arguments {
    /// Reads the arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut names = Vec::new();
        let (mut limit, mut idle, mut report) = (1000, 300.0, 10.0);
        while let Some(argument) = arguments.next() {
            match &*argument {
                "--limit" => limit = number(&argument, arguments.next())?,
                "--idle" => idle = number(&argument, arguments.next())?,
                "--report" => report = number(&argument, arguments.next())?,
                _ if argument.starts_with('-') => {
                    return Err(format!("{argument} is no option of mine"));
                }
                _ => names.push(argument),
            }
        }
        let [port, upstream] =
            <[String; 2]>::try_from(names).map_err(|_| "it needs a port and a server")?;
        let Ok(port) = port.parse() else { return Err(format!("{port} is no port")) };
        if limit == 0 {
            return Err("--limit needs a number of at least 1".to_owned());
        }
        let (idle, report) = (length("--idle", idle)?, length("--report", report)?);
        Ok(Self { port, upstream, limit, idle, report })
    }
}

fn number<T: std::str::FromStr>(option: &str, text: Option<String>) -> Result<T, String> {
    let number = text.and_then(|text| text.parse().ok());
    number.ok_or_else(|| format!("{option} needs a number after it"))
}

fn length(option: &str, seconds: f64) -> Result<Duration, String> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(length) if !length.is_zero() => Ok(length),
        _ => Err(format!("{option} needs a number of seconds above 0")),
    }
}

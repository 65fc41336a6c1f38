//! One connection, from the client's arrival to the end of both directions.

use std::io::{self, ErrorKind};

use runtime::io::copy_bidirectional_with_sizes;
use runtime::net::TcpStream;
use runtime::select;
use runtime::time::{Duration, timeout};

use crate::arguments::Arguments;
use crate::meter::Metered;
use crate::traffic::Traffic;

/// How long the server may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of each direction is under way here at most.
const BUFFER: usize = 32 << 10;

/// Connects a client to the server, and moves bytes both ways until both have said that no more will come.
///
/// A client that fails, or whose server does, gets a reset and not an orderly end, and so does the server.
pub async fn relay(
    mut client: TcpStream,
    arguments: &Arguments,
    traffic: &Traffic<'_>,
) -> io::Result<()> {
    let connected = connect(&arguments.upstream).await;
    let mut server = connected.inspect_err(|_| break_off(&client))?;
    let moved = exchange(&mut client, &mut server, arguments.idle, traffic).await;
    moved.inspect_err(|_| {
        break_off(&client);
        break_off(&server);
    })
}

async fn connect(address: &str) -> io::Result<TcpStream> {
    let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
    let connected = connected.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    connected.map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

async fn exchange(
    client: &mut TcpStream,
    server: &mut TcpStream,
    idle: Duration,
    traffic: &Traffic<'_>,
) -> io::Result<()> {
    // What is passed on in two pieces is not to wait for the acknowledgement of the first.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut client = Metered::new(client, |n| traffic.add_down(n));
    let mut server = Metered::new(server, |n| traffic.add_up(n));
    select! {
        moved = copy_bidirectional_with_sizes(&mut client, &mut server, BUFFER, BUFFER) => {
            moved.map(drop)
        }
        () = traffic.stands_still(idle) => {
            Err(io::Error::new(ErrorKind::TimedOut, format!("nothing for {idle:?}")))
        }
    }
}

/// Makes the end of a connection a reset, if the system can.
fn break_off(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

//! Tests of what no user of sockets can bring about by himself.

mod connected;

//! What is wrong in a body is reported there, once, and with the words of any other function.

#[runtime::main]
async fn main() -> Result<(), String> {
    let number: u32 = "one";
    number.missing().await
}

#[runtime::main]
async fn other_output() -> u32 {
    "one"
}

#[runtime::main(threads = 4)]
async fn still_called_by_its_name() -> u32 {
    4
}

fn caller() -> u32 {
    still_called_by_its_name()
}

//! One fault in `main` is one message: the rest of the function is understood.

#[runtime::main]
async fn main(_arguments: Vec<String>) {
    async {}.await;
}

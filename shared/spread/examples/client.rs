//! A visitor of the guest book: `client ADDRESS NAME PASSWORD`. Each line typed is written into it.

use spread::jelly::Value;
use spread::login::login;
use spread::{BoxFuture, Call, Failure, Object, Options};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

/// Hears what is written.
struct Ear;

impl Object for Ear {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match (call.method.as_str(), call.args.first().and_then(Value::text)) {
            ("hear", Some(line)) => {
                println!("{line}");
                call.reply.answer(Value::None);
            }
            ("hear", None) => call.reply.fail(Failure::bad_arguments("hear takes a line")),
            (other, _) => {
                let failure = Failure::no_such_method(other);
                call.reply.fail(failure);
            }
        }
        Box::pin(async {})
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(name), Some(password)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("say where the book is, who you are, and its password: client 127.0.0.1:8787 NAME PASSWORD".into());
    };
    let stream = TcpStream::connect(&address).await?;
    let (connection, drive) = spread::client(stream, Options::default());
    tokio::spawn(drive);
    let pen = login(&connection, &name, &password, Some(Arc::new(Ear))).await?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(line) => drop(pen.call("write", vec![line.into()]).await?),
                None => return Ok(()),
            },
            closed = connection.closed() => return Err(closed.into()),
        }
    }
}

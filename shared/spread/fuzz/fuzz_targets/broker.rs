//! Foreign bytes as a peer of a server: it ends, what it says is banana, and nothing is left on its books.
//!
//! The first byte chooses the root object and the size of the chunks.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use spread::banana::{Decoder, Dialect};
use spread::jelly::Value;
use spread::login::{Portal, root};
use spread::{BoxFuture, Call, Connection, Counts, Failure, Object, Options, Reference};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf};

fuzz_target!(|input: &[u8]| {
    let Some((choice, stream)) = input.split_first() else {
        return;
    };
    let alive = Arc::new(());
    let playground = Playground::lend(&alive);
    let root = if choice & 1 == 0 {
        playground.clone()
    } else {
        root(Arc::new(Closed))
    };
    // Time passes at once when all wait, so that waiting for ever is seen, and limits of time are reached.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    let served = serve(root, stream, usize::from(choice >> 1) + 1);
    let connection = runtime.expect("a runtime").block_on(served);
    // The root is its owner's, who lets go of what it was sent.
    playground.kept().clear();
    assert_eq!(connection.counts(), Counts::default());
    drop((connection, playground));
    assert_eq!(
        Arc::strong_count(&alive),
        1,
        "the connection is gone, but not its objects"
    );
});

async fn serve(root: Arc<dyn Object>, stream: &[u8], size: usize) -> Connection {
    let (near, far) = tokio::io::duplex(1 << 10);
    let options = Options {
        max_exported: 8,
        max_unanswered: 16,
        outgoing: 1 << 12,
        ..Options::default()
    };
    let (connection, drive) = spread::server(far, root, options);
    let drive = tokio::spawn(drive);
    let (hears, mut says) = tokio::io::split(near);
    let hears = tokio::spawn(hear(hears));
    for chunk in stream.chunks(size) {
        // Refused when the server has had enough.
        if says.write_all(chunk).await.is_err() {
            break;
        }
    }
    let _ = says.shutdown().await;
    drive.await.expect("no panic");
    hears.await.expect("what the server says is banana");
    connection
}

/// Takes all that the server says, which is whole expressions unless it was cut.
async fn hear(mut stream: ReadHalf<DuplexStream>) {
    let mut decoder = Decoder::new(Dialect::Pb);
    let mut buffer = BytesMut::new();
    while stream.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
        while decoder.feed(&mut buffer).expect("banana").is_some() {}
    }
}

/// Nobody knows a password here.
struct Closed;

impl Portal for Closed {
    fn password<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }

    fn refused(&self, _: &str) {}

    fn enter<'a>(&'a self, _: &'a str, _: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        Box::pin(async { unreachable!("nobody comes in") })
    }
}

/// Does with what it is given all that can be done with it. Its methods have the names of words, for those are short.
struct Playground {
    kept: Mutex<Vec<Value>>,
    /// One for all objects of a connection: those left over are seen by it.
    alive: Arc<()>,
}

impl Playground {
    fn lend(alive: &Arc<()>) -> Arc<Self> {
        Arc::new(Playground {
            kept: Mutex::default(),
            alive: Arc::clone(alive),
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Object for Playground {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match call.method.as_str() {
            "list" => call.reply.answer(Value::List(call.args)),
            "cache" => {
                // Not more than a few, for a program that keeps what it is sent has limits of its own.
                if self.kept().len() < 16 {
                    self.kept().extend(call.args);
                }
                call.reply.answer(Value::None);
            }
            "cached" => call.reply.answer(Value::List(self.kept().clone())),
            "uncache" => {
                self.kept().clear();
                call.reply.answer(Value::None);
            }
            "copy" => call.reply.answer(Value::Object(Playground::lend(&self.alive))),
            "message" => return Box::pin(call_back(call)),
            "error" => call.reply.fail(Failure::error("builtins.RuntimeError", "as wanted")),
            "function" => drop(call.reply),
            other => call.reply.fail(Failure::no_such_method(other)),
        }
        Box::pin(async {})
    }

    fn released(&self) {
        self.kept().clear();
    }
}

/// Calls what it was given, and answers with the answer.
async fn call_back(call: Call) {
    for argument in &call.args {
        let Value::Remote(reference) = argument else { continue };
        let Ok(pending) = reference.send("print", call.args.clone(), call.kwargs.clone()).await else {
            continue;
        };
        let reply = call.reply;
        tokio::spawn(async move {
            match pending.answer().await {
                Ok(value) => reply.answer(value),
                Err(error) => reply.fail(Failure::error("builtins.RuntimeError", error.to_string())),
            }
        });
        return;
    }
    call.reply.answer(Value::None);
}

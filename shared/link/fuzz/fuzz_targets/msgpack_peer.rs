//! Foreign messages to either end of a connection: it ends when the peer goes, and nobody waits for ever.
//!
//! The first byte chooses the end; then each message is a length and so many bytes.

#![no_main]

use futures_util::{SinkExt, StreamExt};
use libfuzzer_sys::fuzz_target;
use link::{Door, DoorFuture, Login, Visitor};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_util::sync::CancellationToken;
use wire::worker::link::{CallError, End};
use wire::worker::{Answer, Call, Failure, MasterCall, Value};

fuzz_target!(|input: &[u8]| {
    let Some((choice, messages)) = input.split_first() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let playing = async {
            match choice & 1 {
                0 => to_worker(messages).await,
                _ => to_master(messages).await,
            }
        };
        tokio::time::timeout(Duration::from_secs(20), playing)
            .await
            .expect("it comes to an end");
    });
});

async fn to_worker(messages: &[u8]) {
    let (stream, theirs) = duplex(1 << 16);
    let login = Login {
        name: "w".to_owned(),
        password: "p".to_owned(),
    };
    let (connected, socket) = tokio::join!(
        link::msgpack::connect(stream, "ws://m", "/", login),
        tokio_tungstenite::accept_async(theirs)
    );
    let connected = connected.expect("a connection");
    let socket = socket.expect("a connection");
    tokio::join!(play(socket, messages), serve(connected.end));
}

async fn to_master(messages: &[u8]) {
    let (stream, theirs) = duplex(1 << 16);
    let mut request = "ws://m/".into_client_request().expect("a request");
    let basic = HeaderValue::from_static("Basic dzpw");
    request.headers_mut().insert("authorization", basic);
    let serving = link::msgpack::serve(theirs, None, Arc::new(Open), CancellationToken::new());
    let playing = async {
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("a connection");
        play(socket, messages).await;
    };
    tokio::join!(serving, playing);
}

/// Says it all, and goes.
async fn play(socket: WebSocketStream<DuplexStream>, mut messages: &[u8]) {
    let (mut sink, mut stream) = socket.split();
    let saying = async {
        while let Some((length, rest)) = messages.split_first() {
            let (message, rest) = rest.split_at(usize::from(*length).min(rest.len()));
            if sink.send(Message::Binary(message.to_vec().into())).await.is_err() {
                return;
            }
            messages = rest;
        }
        let _ = sink.close().await;
    };
    let hearing = async { while let Some(Ok(_)) = stream.next().await {} };
    tokio::join!(saying, hearing);
}

/// Answers all that is asked.
async fn serve(mut end: End) {
    while let Some(incoming) = end.inbox.next().await {
        let (call, answer) = incoming.split();
        answer(match call {
            Call::Master(MasterCall::StartCommand { .. }) => Err(Failure {
                kind: "builtins.RuntimeError".to_owned(),
                message: "not here".to_owned(),
            }),
            _ => Ok(Answer::None),
        });
    }
}

/// Lets everybody in, and has one command run.
struct Open;

impl Door for Open {
    fn password<'a>(&'a self, _: &'a str) -> DoorFuture<'a, Option<String>> {
        Box::pin(async { Some("p".to_owned()) })
    }

    fn refused(&self, _: &str, _: Option<SocketAddr>) {}

    fn attach(&self, visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let end = visitor.end;
            let caller = end.caller.clone();
            let asking = async move {
                let call = |call| caller.call(Call::Master(call));
                call(MasterCall::GetWorkerInfo).await?;
                let builders = vec![("b".to_owned(), "b".to_owned())];
                call(MasterCall::SetBuilderList { builders }).await?;
                let start = MasterCall::StartCommand {
                    builder: "b".to_owned(),
                    id: "1".to_owned(),
                    name: "uploadFile".to_owned(),
                    args: Value::Dict(vec![("writer".to_owned(), Value::Int(1))]),
                };
                call(start).await
            };
            let (_, ()): (Result<Answer, CallError>, ()) = tokio::join!(asking, serve(end));
            Ok(())
        })
    }
}

//! Peers that send rubbish, lie, flood or stop: it costs one connection.

use super::rig::*;
use futures_util::SinkExt;
use link::Visitor;
use proptest::prelude::*;
use tokio_tungstenite::tungstenite::Message;
use wire::worker::link::CallError;
use wire::worker::{MasterCall, Value};
use worker::Ended;

async fn refused_by_worker(send: impl AsyncFnOnce(&mut Plain)) {
    let (connected, mut master) = plain_master(login()).await;
    let connected = connected.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let worker = work(connected.end, folder.path());
    send(&mut master).await;
    while master.next().await.is_some() {}
    assert_eq!(soon(worker).await.unwrap(), Ended::Lost);
    soon(connected.closed.cancelled()).await;
}

#[tokio::test]
async fn what_is_no_message_ends_the_connection() {
    refused_by_worker(async |master| {
        master.0.send(Message::Binary(vec![0xc1, 0xff].into())).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_ends_the_connection() {
    refused_by_worker(async |master| {
        master
            .send(&dict([
                ("op", "response".into()),
                ("seq_number", Value::Int(77)),
                ("result", Value::None),
            ]))
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    refused_by_worker(async |master| {
        // The header of a frame of a gigabyte, and nothing of it.
        let head = [0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0];
        tokio::io::AsyncWriteExt::write_all(master.0.get_mut(), &head)
            .await
            .unwrap();
    })
    .await;
}

/// The rows of `mp-probes` about messages, asked of our master's end.
#[tokio::test]
async fn useless_messages_are_answered_or_ignored_as_recorded() {
    let (mut worker, mut guests, _stop) = plain_worker(serve()).await;
    let (_visitor, decide) = soon(guests.recv()).await.unwrap();
    decide.send(Ok(())).unwrap();
    worker.0.send(Message::Text("hello".into())).await.unwrap();
    worker.send(&dict([("op", "update".into())])).await;
    worker.send(&dict([("seq_number", Value::Int(5))])).await;
    let probes = [
        ("nosuch", &[][..], "Command nosuch does not exist."),
        ("update", &[], "'message did not contain obligatory \"command_id\" key'"),
        (
            "update",
            &[("command_id", Value::from("9")), ("args", Value::List(vec![]))],
            "'unknown \"command_id\"'",
        ),
        (
            "update_read_file",
            &[("command_id", "9".into())],
            "'unknown \"command_id\"'",
        ),
    ];
    for (number, (op, params, wanted)) in (0..).zip(probes) {
        worker.ask(op, number, params).await;
        assert_eq!(worker.response(number).await, Err(wanted.to_owned()));
    }
}

#[tokio::test]
async fn the_same_of_our_worker() {
    let (connected, mut master) = plain_master(login()).await;
    let folder = tempfile::tempdir().unwrap();
    let connected = connected.unwrap();
    let _worker = work(connected.end, folder.path());
    let text = |text: &str| Value::from(text);
    for (number, (op, params, wanted)) in (0..).zip([
        ("nosuch", vec![], "Command nosuch does not exist."),
        ("print", vec![], "'message did not contain obligatory \"message\" key'"),
        (
            "print",
            vec![("message", Value::Int(1))],
            "'message' should be text, but is a whole number",
        ),
        ("set_worker_settings", vec![("args", dict([]))], "'newline_re'"),
        (
            "start_command",
            vec![
                ("command_id", text("1")),
                ("command_name", text("upload_file")),
                ("args", dict([])),
            ],
            "upload_file is missing args: blocksize",
        ),
        (
            "start_command",
            vec![
                ("command_id", text("1")),
                ("command_name", text("mkdir")),
                ("args", Value::None),
            ],
            "'dir'",
        ),
    ]) {
        master.ask(op, number, &params).await;
        assert_eq!(master.response(number).await, Err(wanted.to_owned()));
    }
    master
        .ask(
            "interrupt_command",
            50,
            &[("command_id", text("none")), ("why", text(""))],
        )
        .await;
    assert_eq!(master.response(50).await, Ok(Value::None));
}

/// Who asks without reading the answers: memory stays bounded because the connection ends.
#[tokio::test]
async fn who_asks_and_does_not_read_is_not_listened_to() {
    let (mut worker, mut guests, _stop) = plain_worker(serve()).await;
    let (_visitor, decide) = soon(guests.recv()).await.unwrap();
    decide.send(Ok(())).unwrap();
    let flood = async {
        for number in 0.. {
            let asked = link::msgpack::encode(&dict([("op", "nosuch".into()), ("seq_number", Value::Int(number))]));
            if worker.0.send(Message::Binary(asked.into())).await.is_err() {
                return number;
            }
        }
        0
    };
    let sent = soon(flood).await;
    assert!(sent > 4000, "{sent}");
}

#[tokio::test]
async fn a_worker_that_tells_no_folder_cannot_build() {
    let (mut worker, mut guests, _stop) = plain_worker(serve()).await;
    let (Visitor { end, .. }, _decide) = soon(guests.recv()).await.unwrap();
    let mut engine = Engine::new(end);
    let playing = async {
        let asked = worker.next().await.unwrap();
        worker.answer(&asked, dict([("version", "0.1".into())])).await;
    };
    let attaching = async {
        engine.call(MasterCall::GetWorkerInfo).await.unwrap();
        engine.call(MasterCall::SetBuilderList { builders: vec![] }).await
    };
    let (answer, ()) = tokio::join!(attaching, playing);
    assert!(matches!(answer, Err(CallError::Failed(failure)) if failure.message.contains("basedir")));
}

/// What the door's guest is worth when the connection goes: nothing, at once.
#[tokio::test]
async fn a_call_under_way_ends_with_the_connection() {
    let (worker, mut guests, _stop) = plain_worker(serve()).await;
    let (Visitor { end, .. }, _decide) = soon(guests.recv()).await.unwrap();
    let mut engine = Engine::new(end);
    let (answer, ()) = tokio::join!(engine.call(MasterCall::GetWorkerInfo), async { drop(worker) });
    assert_eq!(answer, Err(CallError::Lost));
}

/// The worker goes while its folders are made: nobody waits for the end of a command that nobody runs.
#[tokio::test]
async fn a_builder_list_under_way_ends_with_the_connection() {
    let (mut worker, mut guests, _stop) = plain_worker(serve()).await;
    let (Visitor { end, .. }, _decide) = soon(guests.recv()).await.unwrap();
    let call = |call| end.caller.call(wire::worker::Call::Master(call));
    let playing = async {
        let asked = worker.next().await.unwrap();
        worker.answer(&asked, dict([("basedir", "/w".into())])).await;
        for _ in ["set_worker_settings", "start_command"] {
            let asked = worker.next().await.unwrap();
            worker.answer(&asked, Value::None).await;
        }
        drop(worker);
    };
    let attaching = async {
        call(MasterCall::GetWorkerInfo).await.unwrap();
        call(MasterCall::SetBuilderList { builders: vec![] }).await
    };
    let (answer, ()) = soon(async { tokio::join!(attaching, playing) }).await;
    assert!(
        matches!(answer, Err(CallError::Failed(_) | CallError::Lost)),
        "{answer:?}"
    );
}

fn rubbish() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let op = prop_oneof![
        Just("update"),
        Just("complete"),
        Just("start_command"),
        Just("response"),
        Just("print"),
        Just("update_read_file"),
        Just("set_worker_settings"),
        Just("interrupt_command"),
    ];
    let value = prop_oneof![
        Just(Value::None),
        any::<i64>().prop_map(Value::Int),
        "[a-z]{0,8}".prop_map(Value::Text),
        prop::collection::vec(any::<i64>().prop_map(Value::Int), 0..4).prop_map(Value::List),
        Just(Value::Dict(vec![("path".to_owned(), "x".into())])),
    ];
    let key = prop_oneof![
        Just("args"),
        Just("command_id"),
        Just("command_name"),
        Just("message"),
        Just("result"),
        Just("length"),
    ];
    let message = (op, any::<i16>(), prop::collection::vec((key, value), 0..5)).prop_map(|(op, number, params)| {
        let mut pairs = vec![
            ("op".to_owned(), Value::from(op)),
            ("seq_number".to_owned(), Value::Int(number.into())),
        ];
        pairs.extend(params.into_iter().map(|(key, value)| (key.to_owned(), value)));
        link::msgpack::encode(&Value::Dict(pairs))
    });
    let bytes = prop::collection::vec(any::<u8>(), 0..60);
    prop::collection::vec(prop_oneof![4 => message, 1 => bytes], 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a peer sends, both ends come to an end when it goes.
    #[test]
    fn rubbish_hurts_nobody(messages in rubbish()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let served = serve();
            let stop = served.stop.clone();
            let (mut worker, mut guests, _) = plain_worker(served).await;
            let (visitor, decide) = soon(guests.recv()).await.unwrap();
            decide.send(Ok(())).unwrap();
            let mut engine = Engine::new(visitor.end);
            for message in &messages {
                let _ = worker.0.send(Message::Binary(message.clone().into())).await;
            }
            drop(worker);
            assert!(engine.next_other().await.is_none_or(|_| true));
            stop.cancel();

            let (connected, mut master) = plain_master(login()).await;
            let folder = tempfile::tempdir().unwrap();
            let worker = work(connected.unwrap().end, folder.path());
            for message in &messages {
                let _ = master.0.send(Message::Binary(message.clone().into())).await;
            }
            drop(master);
            soon(worker).await.unwrap();
        });
    }
}

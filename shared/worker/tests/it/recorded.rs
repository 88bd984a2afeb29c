//! The recorded session of a whole build, run again: same keys, same order, same `rc`, and the same text.

use super::master::{Master, Told};
use super::recording::{Recorded, commands};
use wire::worker::link::CallError;
use wire::worker::{Update, Value, WorkerCall};

/// How a recorded command may differ, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Difference {
    /// The text of a stream.
    Text(&'static str),
    /// The text of all streams: what came before the limit was reached is a matter of time.
    AllText,
    /// Output before the kill may come after it, and the other way round.
    Order,
    /// An update's value.
    Value(&'static str),
    /// Bytes of a transfer.
    Transfer,
}

/// Defects of the recorded worker, and differences that are wanted or cannot be avoided. By number of the command.
const DIFFERENCES: &[(&str, Difference, &str)] = &[
    (
        "9",
        Difference::Text("foll"),
        "a followed file is read from its size when the command started; the recorded worker skips what is written \
         before it looks for the first time, up to 2 s later",
    ),
    (
        "13",
        Difference::Text("stderr"),
        "a missing program gives one sentence instead of a Python traceback",
    ),
    ("15", Difference::AllText, "how many lines come in a second is chance"),
    (
        "15",
        Difference::Order,
        "the shell and its trap write to two pipes; which is read first is chance",
    ),
    (
        "16",
        Difference::AllText,
        "how many of the lines come in the first block is chance, and so is the signal",
    ),
    ("16", Difference::Order, "the same"),
    (
        "19",
        Difference::Value("stat"),
        "inode, device, owner and times are this machine's",
    ),
    ("22", Difference::Transfer, "times are today's"),
    (
        "24",
        Difference::Transfer,
        "the archive is made by another program; what it holds is tested elsewhere",
    ),
    (
        "26",
        Difference::Value("stat"),
        "inode, device, owner and times are this machine's",
    ),
    (
        "28",
        Difference::Value("stat"),
        "inode, device, owner and times are this machine's",
    ),
];

fn differs(command: &Recorded, difference: Difference) -> bool {
    DIFFERENCES
        .iter()
        .any(|(id, other, _)| *id == command.id && *other == difference)
}

/// Updates between two that are not text, as streams with their text; and the one that ends them.
type Section = (Vec<(String, String)>, Option<(String, Value)>);

#[tokio::test]
async fn the_recorded_session_comes_out_as_recorded() {
    let mut master = Master::with(&["bad-pb", "full-pb", "intr-pb"], |_| {}).await;
    let commands = commands(master.folder.path().to_str().unwrap());
    for command in &commands {
        master.download = command.blocks.clone();
        let started = master
            .start_as(&command.builder, &command.id, &command.name, command.args.clone())
            .await;
        if let Some((kind, message)) = &command.refused {
            let Err(CallError::Failed(failure)) = started else {
                panic!("{} was not refused", command.name)
            };
            assert_eq!((&failure.kind, &failure.message), (kind, message));
            continue;
        }
        started.unwrap();
        let told = if command.interrupted {
            let begun = master.until(&command.id, |told| told.stdout() == "started\n").await;
            master.interrupt(&command.builder).await;
            let mut told = master.finish(&command.id).await;
            told.updates.splice(0..0, begun.updates);
            told
        } else {
            master.finish(&command.id).await
        };
        assert!(
            command.completed && told.failure.is_none(),
            "{}: {:?}",
            command.id,
            told.failure
        );
        same_updates(command, &told);
        same_transfers(command, &told);
    }
    assert_eq!(commands.len(), 28, "commands in the recording");
    for (id, ..) in DIFFERENCES {
        assert!(
            commands.iter().any(|command| command.id == *id),
            "a difference of no command: {id}"
        );
    }
}

fn same_updates(command: &Recorded, told: &Told) {
    let ours = told.updates.iter().map(|(update, _)| plain(update)).collect();
    let (ours, recorded) = (sections(ours), sections(command.updates.clone()));
    let keys = |sections: &[Section]| -> Vec<String> {
        sections
            .iter()
            .filter_map(|(_, end)| Some(end.as_ref()?.0.clone()))
            .collect()
    };
    assert_eq!(keys(&ours), keys(&recorded), "{command:?}");
    for ((our_text, our_end), (text, end)) in ours.iter().zip(&recorded) {
        if let (Some((key, our_value)), Some((_, value))) = (our_end, end) {
            same_value(command, key, our_value, value);
        }
        if differs(command, Difference::Order) {
            continue;
        }
        let streams = |text: &[(String, String)]| text.iter().map(|(stream, _)| stream.clone()).collect::<Vec<_>>();
        assert_eq!(
            streams(our_text),
            streams(text),
            "{}: streams before {end:?}",
            command.id
        );
        for ((stream, our_text), (_, text)) in our_text.iter().zip(text) {
            if !differs(command, Difference::AllText)
                && !DIFFERENCES
                    .iter()
                    .any(|(id, d, _)| *id == command.id && *d == Difference::Text(stream_name(stream)))
            {
                assert_eq!(without_times(our_text), without_times(text), "{}: {stream}", command.id);
            }
        }
    }
}

fn stream_name(stream: &str) -> &'static str {
    ["header", "stdout", "stderr", "test", "foll"]
        .into_iter()
        .find(|name| *name == stream)
        .unwrap()
}

fn same_value(command: &Recorded, key: &str, ours: &Value, recorded: &Value) {
    match (key, ours, recorded) {
        ("elapsed", ours, _) => assert!(ours.float().is_some_and(|seconds| seconds >= 0.0)),
        ("files", Value::List(ours), Value::List(recorded)) => {
            let sorted = |files: &[Value]| {
                let mut names: Vec<String> = files.iter().map(ToString::to_string).collect();
                names.sort();
                names
            };
            assert_eq!(sorted(ours), sorted(recorded), "{}", command.id);
        }
        ("stat", Value::Tuple(ours), Value::Tuple(recorded)) => {
            assert!(differs(command, Difference::Value("stat")));
            assert_eq!(ours.len(), 10);
            // Mode, links, size.
            let sizes = command.id != "28";
            assert_eq!((&ours[0], &ours[3]), (&recorded[0], &recorded[3]));
            assert!(!sizes || ours[6] == recorded[6], "{}: {ours:?}", command.id);
        }
        _ => assert_eq!(ours, recorded, "{}: {key}", command.id),
    }
}

fn same_transfers(command: &Recorded, told: &Told) {
    let ours: Vec<(String, Vec<Value>)> = told.transfers.iter().map(transfer).collect();
    let names = |calls: &[(String, Vec<Value>)]| calls.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&command.transfers), "{}", command.id);
    if !differs(command, Difference::Transfer) {
        assert_eq!(ours, command.transfers, "{}", command.id);
    }
}

/// Texts of streams are collected per stream, because how they interleave is a matter of time.
fn sections(updates: Vec<(String, Value)>) -> Vec<Section> {
    let mut sections: Vec<Section> = vec![(Vec::new(), None)];
    for (key, value) in updates {
        let (stream, text) = match (key.as_str(), &value) {
            ("header" | "stdout" | "stderr", value) => (key.clone(), value.text().unwrap()),
            ("log", Value::Tuple(parts)) => (parts[0].text().unwrap().to_owned(), parts[1].text().unwrap()),
            _ => {
                sections.last_mut().unwrap().1 = Some((key, value));
                sections.push((Vec::new(), None));
                continue;
            }
        };
        let streams = &mut sections.last_mut().unwrap().0;
        match streams.iter_mut().find(|(other, _)| *other == stream) {
            Some((_, before)) => before.push_str(text),
            None => streams.push((stream, text.to_owned())),
        }
    }
    sections
}

fn plain(update: &Update) -> (String, Value) {
    let value = match update {
        Update::Header(text) | Update::Stdout(text) | Update::Stderr(text) | Update::FailureReason(text) => {
            text.as_str().into()
        }
        Update::Log { name, text } => Value::Tuple(vec![name.as_str().into(), text.as_str().into()]),
        Update::Rc(rc) => Value::Int(*rc),
        Update::Elapsed(seconds) => Value::Float(*seconds),
        Update::Other { value, .. } => value.clone(),
    };
    (update.key().to_owned(), value)
}

fn transfer(call: &WorkerCall) -> (String, Vec<Value>) {
    let (name, args) = match call {
        WorkerCall::Write { data, .. } => ("write", vec![data.clone().into()]),
        WorkerCall::CloseWriter { .. } | WorkerCall::CloseReader { .. } => ("close", vec![]),
        WorkerCall::SetTimes { accessed, modified, .. } => (
            "utime",
            vec![Value::Tuple(vec![(*accessed).into(), (*modified).into()])],
        ),
        WorkerCall::Unpack { .. } => ("unpack", vec![]),
        WorkerCall::Read { length, .. } => ("read", vec![Value::Int(*length as i64)]),
        other => panic!("no transfer: {other:?}"),
    };
    (name.to_owned(), args)
}

/// `elapsedTime=…` is never the same twice.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        line.split_once("elapsedTime=")
            .map_or(line.to_owned(), |(before, _)| format!("{before}elapsedTime"))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

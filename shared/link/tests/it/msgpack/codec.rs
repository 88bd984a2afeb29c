//! What is written and read.

use super::recording::{FULL, GRACEFUL, MINI, rows};
use bytes::Bytes;
use link::msgpack::{DecodeError, Message, decode, decode_updates, encode, encode_updates};
use proptest::prelude::*;
use wire::worker::{Update, Value};

#[test]
fn every_recorded_message_is_written_as_it_was_read() {
    let mut count = 0;
    for row in [MINI, FULL, GRACEFUL].into_iter().flat_map(rows) {
        assert_eq!(encode(&row.message), row.payload, "{:?}", row.message);
        match Message::decode(&row.payload).unwrap() {
            Message::Request(request) => assert_eq!((request.op.as_str(), request.number), (row.op(), row.number())),
            Message::Response { number, .. } => assert_eq!(number, row.number()),
            Message::Useless(missing) => panic!("without {missing}: {:?}", row.message),
        }
        count += 1;
    }
    assert_eq!(count, 56 + 234 + 28, "messages in the recordings");
}

#[test]
fn every_recorded_update_is_understood() {
    let updates: Vec<Update> = rows(FULL)
        .iter()
        .filter(|row| row.op() == "update")
        .flat_map(|row| decode_updates(&Bytes::from(encode(row.message.get("args").unwrap()))).unwrap())
        .collect();
    let count = |wanted: fn(&Update) -> bool| updates.iter().filter(|update| wanted(update)).count();
    assert!(count(|update| matches!(update, Update::Rc(_))) >= 27);
    assert!(count(|update| matches!(update, Update::Log { name, text } if name == "test" && text.ends_with('\n'))) > 0);
    let tuple = |update: &Update| matches!(update, Update::Other { key, value: Value::Tuple(ten) } if key == "stat" && ten.len() == 10);
    assert!(count(tuple) >= 2);
    assert!(updates.contains(&Update::FailureReason("timeout_without_output".to_owned())));
}

#[test]
fn lines_have_positions_in_characters_and_times() {
    let lists = encode_updates(&[Update::Stdout("aé\nb\n".to_owned())]);
    let Value::List(pairs) = decode(&lists[0].clone().into()).unwrap() else {
        panic!("no list")
    };
    let Value::List(pair) = &pairs[0] else {
        panic!("no pair")
    };
    let Value::List(lines) = &pair[1] else {
        panic!("no lines")
    };
    assert_eq!(lines[0], "aé\nb\n".into());
    assert_eq!(lines[1], Value::List(vec![Value::Int(2), Value::Int(4)]));
    assert!(matches!(&lines[2], Value::List(times) if times.len() == 2 && times[0].float().unwrap() > 1.7e9));
}

#[test]
fn long_news_are_cut_between_lines_and_nothing_is_lost() {
    let text: String = (0..100_000).map(|n| format!("line {n} é\n")).collect();
    let empty_lines = "\n".repeat(200_000);
    let news = [
        Update::Stdout(text.clone()),
        Update::Log {
            name: "l".to_owned(),
            text: empty_lines.clone(),
        },
        Update::Rc(0),
    ];
    let lists = encode_updates(&news);
    assert!(lists.len() > 3 && lists.iter().all(|list| list.len() < 1024 * 1024));
    let (mut stdout, mut log, mut last) = (String::new(), String::new(), None);
    for update in lists.into_iter().flat_map(|list| decode_updates(&list.into()).unwrap()) {
        match &update {
            Update::Stdout(text) => {
                assert!(text.ends_with('\n'));
                stdout += text;
            }
            Update::Log { text, .. } => log += text,
            _ => {}
        }
        last = Some(update);
    }
    assert!(stdout == text && log == empty_lines);
    assert_eq!(last, Some(Update::Rc(0)));
}

#[test]
fn what_is_announced_must_be_there() {
    let wrong: [(&[u8], DecodeError); 8] = [
        // A list, a dictionary, a text and bytes of four thousand million.
        (&[0xdd, 0xff, 0xff, 0xff, 0xff], DecodeError::Truncated),
        (&[0xdf, 0xff, 0xff, 0xff, 0xff], DecodeError::Truncated),
        (&[0xdb, 0xff, 0xff, 0xff, 0xff], DecodeError::Truncated),
        (&[0xc6, 0xff, 0xff, 0xff, 0xff, 0x00], DecodeError::Truncated),
        (&[0xa1, 0xff], DecodeError::Utf8),
        (&[0xc7, 0x01, 0x01, 0x00], DecodeError::Type(0xc7)),
        (&[0xc0, 0xc0], DecodeError::Trailing(1)),
        (
            &[0x81, 0x01, 0x01],
            DecodeError::Wanted {
                wanted: "text",
                got: "a whole number",
            },
        ),
    ];
    for (bytes, error) in wrong {
        assert_eq!(decode(&Bytes::from_static(bytes)), Err(error), "{bytes:02x?}");
    }
    let deep = Bytes::from(vec![0x91; 1000]);
    assert_eq!(decode(&deep), Err(DecodeError::Depth));
    let many = [&[0xdd, 0x00, 0x20, 0x00, 0x00][..], &vec![0xc0; 0x0020_0000]].concat();
    assert_eq!(decode(&many.into()), Err(DecodeError::Count));
}

#[test]
fn numbers_are_as_short_as_they_can_be() {
    for (number, bytes) in [
        (0, &[0x00][..]),
        (127, &[0x7f]),
        (128, &[0xcc, 0x80]),
        (65_536, &[0xce, 0, 1, 0, 0]),
        (-1, &[0xff]),
        (-32, &[0xe0]),
        (-33, &[0xd0, 0xdf]),
    ] {
        assert_eq!(encode(&Value::Int(number)), bytes);
    }
    // A file's number on Windows.
    assert_eq!(
        decode(&Bytes::from_static(&[0xcf, 0xff, 0, 0, 0, 0, 0, 0, 0])),
        Ok(Value::Float(18_374_686_479_671_623_680.0))
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i32>().prop_map(|n| Value::Float(f64::from(n) / 8.0)),
        ".{0,40}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::List),
            prop::collection::vec((".{0,10}", inner), 0..20).prop_map(Value::Dict),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(value in any_value()) {
        prop_assert_eq!(decode(&encode(&value).into()), Ok(value));
    }

    #[test]
    fn rubbish_is_refused_in_words(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = Bytes::from(bytes);
        if let Ok(value) = decode(&bytes) {
            prop_assert_eq!(decode(&encode(&value).into()).is_ok(), true);
        }
        let _ = Message::decode(&bytes);
        let _ = decode_updates(&bytes);
    }

    #[test]
    fn a_message_cut_short_is_refused(value in any_value(), cut in 0_usize..1000) {
        let bytes = encode(&value);
        if cut < bytes.len() {
            prop_assert!(decode(&Bytes::copy_from_slice(&bytes[..cut])).is_err());
        }
    }

    #[test]
    fn lines_come_out_as_they_went_in(lines in prop::collection::vec("[^\n]{0,80}", 0..40)) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let news = vec![Update::Stderr(text)];
        let lists = encode_updates(&news);
        let read: Vec<Update> = lists.into_iter().flat_map(|list| decode_updates(&list.into()).unwrap()).collect();
        prop_assert!(read == news || (read.is_empty() && lines.is_empty()));
    }
}

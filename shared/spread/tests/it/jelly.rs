//! Jelly as a peer sees it: the recorded values, what is repeated, and what strangers may send.

use crate::memory::peak;
use crate::table::{Table, Thing};
use crate::vectors::{self, bytes, element, expressions, sessions};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use serde_json::Value as Json;
use spread::banana::{self, Dialect, Element, Encoder, Integer};
use spread::jelly::{Copied, DEPTH_LIMIT, Error, Luid, Value, decode, decode_within, encode};
use std::sync::Arc;

fn encoded(value: &Value, table: &mut Table) -> Result<Vec<u8>, Error> {
    let mut out = BytesMut::new();
    encode(value, table, &mut Encoder::new(Dialect::Pb, &mut out))?;
    Ok(out.to_vec())
}

fn list(items: impl Into<Vec<Element>>) -> Element {
    Element::List(items.into())
}

fn tag(tag: &'static str) -> Element {
    Element::Bytes(Bytes::from_static(tag.as_bytes()))
}

fn int(int: i64) -> Element {
    Element::Int(int.into())
}

fn read(element: Element) -> Result<Value, Error> {
    decode(element, &mut Table::default())
}

/// The values of the vectors, by the Python that made them.
fn value(python: &str) -> Option<Value> {
    let text = |text: &str| Value::from(text);
    let raw = |bytes: &'static str| Value::Bytes(Bytes::from_static(bytes.as_bytes()));
    let one = || Value::from(1_i64);
    let pair = || Value::Tuple(vec![one(), Value::from(2_i64)]);
    let keyed = || Value::from_iter([("k", one())]);
    Some(match python {
        "None" => Value::None,
        "True" => Value::from(true),
        "False" => Value::from(false),
        "5" => Value::from(5_i64),
        "2.5" => Value::from(2.5),
        "b'abc'" => raw("abc"),
        "b'list'" => raw("list"),
        "'abc'" => text("abc"),
        "'login'" => text("login"),
        "'hé€'" => text("hé€"),
        "''" => text(""),
        "[]" => Value::List(vec![]),
        "[1, 'a', None]" => Value::List(vec![one(), text("a"), Value::None]),
        "(1, b'x')" => Value::Tuple(vec![one(), raw("x")]),
        "()" => Value::Tuple(vec![]),
        "{'a': 1, 'b': [True]}" => Value::from_iter([("a", one()), ("b", Value::List(vec![Value::from(true)]))]),
        "{}" => Value::Dict(vec![]),
        "{1}" => Value::Set(vec![one()]),
        "frozenset({1})" => Value::FrozenSet(vec![one()]),
        "datetime.datetime(2020, 1, 2, 3, 4, 5, 6)" => Value::DateTime("2020 1 2 3 4 5 6".to_owned()),
        "datetime.date(2020, 1, 2)" => Value::Date("2020 1 2".to_owned()),
        "datetime.time(1, 2, 3, 4)" => Value::Time("1 2 3 4".to_owned()),
        "datetime.timedelta(days=1, seconds=2, microseconds=3)" => Value::TimeDelta("1 2 3".to_owned()),
        "Decimal('-1.50')" => Value::Decimal {
            digits: Integer::from(-150_i64),
            exponent: -2,
        },
        "[['x'], ['x']]" => Value::List(vec![Value::List(vec![text("x")]); 2]),
        "[(1, 2), (1, 2)]" => Value::List(vec![pair(); 2]),
        "['same', 'same']" => Value::List(vec![text("same"); 2]),
        "({'k': 1}, {'k': 1})" => Value::Tuple(vec![keyed(); 2]),
        _ => return None,
    })
}

#[test]
fn values_are_the_bytes_that_twisted_writes() {
    let vectors: Vec<Json> = serde_json::from_str(&vectors::read("jelly-encodings.json")).unwrap();
    for vector in &vectors {
        let bytes = bytes(vector["hex"].as_str().unwrap());
        let python = vector["python"].as_str().unwrap();
        let got = read(element(&bytes, Dialect::Pb));
        if python == "l=[]; l.append(l)" {
            assert_eq!(got, Err(Error::Cycle(1)));
            continue;
        }
        let wanted = value(python).unwrap_or_else(|| panic!("{python}"));
        assert_eq!(got.as_ref(), Ok(&wanted), "{python}");
        // What Twisted wrote once and repeated is written in full.
        let shared = vector["sexp"].to_string().contains("reference");
        assert_eq!(
            encoded(&wanted, &mut Table::default()).unwrap() == bytes,
            !shared,
            "{python}"
        );
    }
    assert_eq!(vectors.len(), 29);
}

/// The jellied parts of a broker's expression.
fn values(expression: Element) -> Vec<Element> {
    let Element::List(mut parts) = expression else {
        return vec![];
    };
    match parts.first() {
        Some(Element::Bytes(word)) if word == "message" => parts.split_off(5),
        Some(Element::Bytes(word)) if word == "answer" || word == "error" => parts.split_off(2),
        _ => vec![],
    }
}

/// An element with everything that it repeats written out, for comparison.
fn written_out(element: &Element, given: &mut Vec<(Integer, Element)>) -> Element {
    let Element::List(parts) = element else {
        return element.clone();
    };
    match parts.as_slice() {
        [Element::Bytes(tag), Element::Int(id), value] if tag == "reference" => {
            let value = written_out(value, given);
            given.push((id.clone(), value.clone()));
            value
        }
        [Element::Bytes(tag), Element::Int(id)] if tag == "dereference" => {
            given.iter().find(|(given, _)| given == id).unwrap().1.clone()
        }
        parts => list(parts.iter().map(|part| written_out(part, given)).collect::<Vec<_>>()),
    }
}

#[test]
fn every_recorded_value_is_read_and_written_alike() {
    let (mut seen, mut repeating) = (0, 0);
    for session in sessions() {
        for (bytes, text) in expressions(&session) {
            for value in values(element(&bytes, Dialect::Pb)) {
                let mut table = Table::default();
                let got =
                    decode(value.clone(), &mut table).unwrap_or_else(|error| panic!("{session}: {text}: {error}"));
                let again = element(&encoded(&got, &mut table).unwrap(), Dialect::Pb);
                // Only failures repeat a part of themselves, and only that is written otherwise than it came.
                let wanted = written_out(&value, &mut vec![]);
                repeating += usize::from(wanted != value);
                assert_eq!(again, wanted, "{session}: {text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen}");
    assert_eq!(repeating, 5);
}

#[test]
fn a_failed_login_repeats_an_empty_tuple() {
    let recorded = expressions("pb-login-bad-password");
    let failure = recorded.iter().find(|(_, text)| text[0] == "error").unwrap();
    let value = values(element(&failure.0, Dialect::Pb)).pop().unwrap();
    let Ok(Value::Copy(copied)) = read(value) else { panic!() };
    assert_eq!(copied.class, "twisted.spread.pb.CopyableFailure");
    assert_eq!(
        copied.state.get("type").and_then(Value::text),
        Some("twisted.cred.error.UnauthorizedLogin")
    );
    let frames = copied.state.get("_frames").and_then(Value::items).unwrap();
    for frame in frames {
        let [_, _, line, locals, globals] = frame.items().unwrap() else {
            panic!("{frame:?}")
        };
        assert!(line.int().is_some());
        assert_eq!((locals, globals), (&Value::Tuple(vec![]), &Value::Tuple(vec![])));
    }
    assert!(frames.len() > 1);
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Not a number equals nothing, itself included.
        any::<f64>()
            .prop_filter("a number", |float| !float.is_nan())
            .prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..100).prop_map(|bytes| Value::Bytes(bytes.into())),
        "\\PC{0,40}".prop_map(Value::from),
        "[0-9 ]{1,20}".prop_map(Value::DateTime),
        "[0-9 ]{1,20}".prop_map(Value::Date),
        "[0-9 ]{1,20}".prop_map(Value::Time),
        "[0-9 ]{1,20}".prop_map(Value::TimeDelta),
        (any::<i64>(), any::<i64>()).prop_map(|(digits, exponent)| Value::Decimal {
            digits: digits.into(),
            exponent
        }),
        "[a-z.]{1,20}".prop_map(Value::Class),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(5, 60, 10, |inner| {
        let items = || prop::collection::vec(inner.clone(), 0..10);
        prop_oneof![
            items().prop_map(Value::List),
            items().prop_map(Value::Tuple),
            items().prop_map(Value::Set),
            items().prop_map(Value::FrozenSet),
            prop::collection::vec((inner.clone(), inner.clone()), 0..10).prop_map(Value::Dict),
            ("[a-z]{1,9}\\.[a-z]{1,9}", inner)
                .prop_map(|(class, state)| Value::Copy(Box::new(Copied { class, state }))),
        ]
    })
}

/// Elements that look like jelly, and are it more or less.
fn nearly() -> impl Strategy<Value = Element> {
    let known = "None boolean true list tuple dictionary set frozenset unicode datetime date time timedelta decimal class \
                 reference dereference remote local root cache instance os.system twisted.spread.pb.CopyableFailure";
    let tags = prop::sample::select(known.split_whitespace().collect::<Vec<_>>()).prop_map(tag);
    let leaf = prop_oneof![
        3 => tags.clone(),
        2 => (0..4_i64).prop_map(int),
        1 => any::<f64>().prop_map(Element::Float),
        1 => prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Element::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        let any = prop::collection::vec(inner.clone(), 0..5).prop_map(Element::List);
        let shared = (0..4_i64, inner.clone()).prop_map(|(id, value)| list([tag("reference"), int(id), value]));
        let typed = (tags.clone(), prop::collection::vec(inner, 0..4)).prop_map(|(tag, mut parts)| {
            parts.insert(0, tag);
            Element::List(parts)
        });
        prop_oneof![1 => any, 1 => shared, 4 => typed]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(value in any_value()) {
        let bytes = encoded(&value, &mut Table::default()).unwrap();
        prop_assert_eq!(read(element(&bytes, Dialect::Pb)), Ok(value));
    }

    #[test]
    fn rubbish_costs_an_error_or_is_what_it_says(element in nearly()) {
        let mut table = Table::default();
        if let Ok(value) = decode(element, &mut table) {
            let bytes = encoded(&value, &mut table).unwrap();
            let again = decode(crate::vectors::element(&bytes, Dialect::Pb), &mut table).unwrap();
            prop_assert_eq!(encoded(&again, &mut table).unwrap(), bytes);
        }
    }

    #[test]
    fn what_a_value_imported_is_given_back(element in nearly()) {
        let mut table = Table::default();
        drop(decode(element, &mut table));
        prop_assert_eq!(table.alive(), 0);
    }
}

#[test]
fn types_that_mean_nothing_are_refused_by_name() {
    for unknown in [
        "frobnicate",
        "instance",
        "function",
        "module",
        "cache",
        "persistent",
        "unpersistable",
    ] {
        let error = read(list([tag(unknown), int(1)])).unwrap_err();
        assert_eq!(error, Error::Insecure(unknown.to_owned()));
        assert_eq!(error.exception(), "twisted.spread.jelly.InsecureJelly");
    }
    let long = Bytes::from(vec![b'x'; banana::SIZE_LIMIT]);
    let error = read(list([Element::Bytes(long)])).unwrap_err();
    assert!(error.to_string().len() < 200, "{error}");
}

#[test]
fn a_dotted_type_is_a_copy_and_nothing_more() {
    let copied = Copied {
        class: "os.system".to_owned(),
        state: Value::from(1_i64),
    };
    assert_eq!(
        read(list([tag("os.system"), int(1)])),
        Ok(Value::Copy(Box::new(copied)))
    );
}

#[test]
fn values_with_the_wrong_parts_are_refused() {
    let text = || list([tag("unicode"), tag("x")]);
    let wrong = [
        list([tag("None"), int(1)]),
        list([tag("boolean")]),
        list([tag("boolean"), tag("maybe")]),
        list([tag("unicode")]),
        list([tag("unicode"), int(1)]),
        list([tag("unicode"), text()]),
        list([tag("dictionary"), list([text(), text(), text()])]),
        list([tag("dictionary"), int(1)]),
        list([tag("datetime"), int(1)]),
        list([tag("decimal"), int(1)]),
        list([tag("decimal"), int(1), text()]),
        list([tag("class"), int(1)]),
        list([tag("remote"), int(0)]),
        list([tag("remote"), int(-1)]),
        list([tag("remote"), tag("root")]),
        list([tag("remote"), int(1), int(2)]),
        list([tag("local"), tag("branch")]),
        list([tag("reference"), int(1)]),
        list([tag("reference"), text(), text()]),
        list([tag("dereference"), text()]),
        list([tag("os.system")]),
        list([tag("os.system"), int(1), int(2)]),
    ];
    for element in wrong {
        let got = read(element.clone());
        assert!(matches!(got, Err(Error::Malformed(_))), "{element:?}: {got:?}");
    }
    assert_eq!(read(list([])), Err(Error::Untyped));
    assert_eq!(read(list([int(1)])), Err(Error::Untyped));
    assert_eq!(
        read(list([tag("unicode"), Element::Bytes(Bytes::from_static(b"\xff"))])),
        Err(Error::NotUtf8)
    );
    assert_eq!(read(list([tag("dereference"), int(1)])), Err(Error::NeverGiven(1)));
    let shared = || list([tag("reference"), int(1), text()]);
    assert_eq!(read(list([tag("list"), shared(), shared()])), Err(Error::GivenTwice(1)));
}

/// Lists that each hold the one before twice: n of them ask for 2ⁿ.
fn doubling(times: i64, first: Element) -> Element {
    let shared = |id, value| list([tag("reference"), int(id), value]);
    let mut parts = vec![tag("list"), shared(1, list([tag("list"), first]))];
    for id in 2..=times {
        let before = || list([tag("dereference"), int(id - 1)]);
        parts.push(shared(id, list([tag("list"), before(), before()])));
    }
    list(parts)
}

#[test]
fn what_is_repeated_without_end_is_refused() {
    let budget = 1 << 20;
    let text = list([tag("unicode"), Element::Bytes(vec![b'x'; 1000].into())]);
    for first in [int(1), text] {
        let element = doubling(200, first);
        let (result, peak) = peak(|| decode_within(budget, element, &mut Table::default()));
        assert_eq!(result, Err(Error::TooLarge(budget)));
        assert!(peak < 4 * budget, "took {peak} bytes");
    }
    assert!(decode_within(budget, doubling(10, int(1)), &mut Table::default()).is_ok());
}

#[test]
fn what_is_repeated_inside_itself_step_by_step_is_refused_before_it_is_too_deep() {
    let mut parts = vec![tag("list")];
    for id in 1..1000 {
        let inner = if id == 1 {
            int(1)
        } else {
            list([tag("dereference"), int(id - 1)])
        };
        let nested = (0..20).fold(inner, |inner, _| list([tag("list"), inner]));
        parts.push(list([tag("reference"), int(id), nested]));
    }
    assert_eq!(read(list(parts)), Err(Error::TooDeep));
}

#[test]
fn values_nest_as_deep_as_allowed_and_no_deeper() {
    let nested = |depth| (0..depth).fold(Value::List(vec![]), |inner, _| Value::List(vec![inner]));
    let deep = nested(DEPTH_LIMIT);
    let bytes = encoded(&deep, &mut Table::default()).unwrap();
    assert_eq!(read(element(&bytes, Dialect::Pb)), Ok(deep));
    assert_eq!(
        encoded(&nested(DEPTH_LIMIT + 1), &mut Table::default()),
        Err(Error::TooDeep)
    );
    let element = (0..=DEPTH_LIMIT).fold(list([tag("None")]), |inner, _| list([tag("list"), inner]));
    assert_eq!(read(element), Err(Error::TooDeep));
}

#[test]
fn the_deepest_value_takes_little_of_the_stack() {
    let walk = || {
        let deep = (0..DEPTH_LIMIT / 2).fold(Value::None, |inner, _| Value::Dict(vec![(inner, Value::None)]));
        let bytes = encoded(&deep, &mut Table::default()).unwrap();
        let again = read(element(&bytes, Dialect::Pb)).unwrap();
        assert_eq!(format!("{:?}", again.clone()), format!("{deep:?}"));
    };
    // Half of what tokio gives its threads; unoptimised code takes a multiple of what a release does.
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(walk).unwrap();
    thread.join().unwrap();
}

#[test]
fn what_banana_cannot_carry_is_refused() {
    let long = "x".repeat(banana::SIZE_LIMIT + 1);
    let error = encoded(&Value::List(vec![Value::from(long)]), &mut Table::default()).unwrap_err();
    assert_eq!(error, Error::Banana(banana::Error::StringTooLong));
    let many = vec![Value::None; banana::SIZE_LIMIT];
    let error = encoded(&Value::List(many), &mut Table::default()).unwrap_err();
    assert_eq!(error, Error::Banana(banana::Error::ListTooLong));
}

#[test]
fn objects_cross_by_their_numbers() {
    let mut table = Table::default();
    let element = list([
        tag("list"),
        list([tag("remote"), int(7)]),
        list([tag("remote"), int(8)]),
        list([tag("remote"), int(7)]),
        list([tag("local"), int(3)]),
        list([tag("local"), tag("root")]),
    ]);
    let value = decode(element, &mut table).unwrap();
    assert_eq!(table.asked, [Luid::Number(3), Luid::Root]);
    assert_eq!(table.alive(), 3, "each time that an object is sent counts");
    let clone = value.clone();
    drop(value);
    assert_eq!(table.alive(), 3);
    drop(clone);
    assert_eq!(table.alive(), 0);
}

#[test]
fn what_the_tables_refuse_is_the_error() {
    let mut table = Table::default();
    table.refuses = true;
    assert_eq!(
        decode(list([tag("local"), int(3)]), &mut table),
        Err(Error::UnknownObject(Luid::Number(3)))
    );
    let error = encoded(&Value::Object(Arc::new(Thing::default())), &mut table).unwrap_err();
    assert_eq!(error, Error::TooManyObjects(0));
    assert_eq!(error.exception(), "twisted.spread.pb.Error");
}

#[test]
fn an_object_equals_itself_alone() {
    let (one, other) = (Arc::new(Thing::default()), Arc::new(Thing::default()));
    assert_eq!(Value::Object(one.clone()), Value::Object(one.clone()));
    assert_ne!(Value::Object(one), Value::Object(other));
}

#[test]
fn values_are_read_as_their_senders_meant_them() {
    let dict = Value::Dict(vec![
        (Value::Bytes(Bytes::from_static(b"rc")), Value::from(1_i64)),
        (Value::from("rc"), Value::from(true)),
        (Value::from(5_i64), Value::None),
    ]);
    assert_eq!(dict.get("rc"), Some(&Value::from(true)), "the last one holds");
    assert_eq!(dict.get("other"), None);
    assert_eq!(Value::from(true).int(), Some(1));
    assert_eq!(Value::from(u64::MAX).int(), None);
    assert_eq!(Value::from(3_i64).float(), Some(3.0));
    let raw = |bytes: &'static [u8]| Value::Bytes(Bytes::from_static(bytes));
    assert_eq!(raw(b"x").text(), Some("x"));
    assert_eq!(raw(b"\xff").text(), None);
    assert_eq!(raw(b"x").into_text().as_deref(), Some("x"));
    assert_eq!(Value::from("x").bytes(), Some(&b"x"[..]));
    assert_eq!(Value::from("x").into_bytes(), Some(Bytes::from_static(b"x")));
    assert_eq!(Value::from(None::<bool>), Value::None);
}

//! Values through Twisted and back: it reads what this end writes, and writes the same bytes.

use crate::table::Table;
use crate::twisted::{python, script};
use crate::vectors::{bytes, element};
use bytes::BytesMut;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use spread::banana::{Dialect, Element, Encoder};
use spread::jelly::{Value, decode, encode};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Twisted, which writes again what it reads.
struct Mirror {
    child: Child,
    says: ChildStdin,
    hears: BufReader<ChildStdout>,
}

impl Mirror {
    fn start() -> Option<Self> {
        let mut child = Command::new(python()?)
            .arg(script("twisted_values.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Some(Mirror {
            says: child.stdin.take().unwrap(),
            hears: BufReader::new(child.stdout.take().unwrap()),
            child,
        })
    }

    fn reflect(&mut self, value: &[u8]) -> Vec<u8> {
        let hex = value.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        writeln!(self.says, "{hex}").unwrap();
        let mut answer = String::new();
        self.hears.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "Twisted could not read {hex}");
        bytes(answer.trim_end())
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn written(value: &Value) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode(value, &mut Table::default(), &mut Encoder::new(Dialect::None, &mut out)).unwrap();
    out.to_vec()
}

/// What Python can hold and tell apart: a dictionary has each key once, a set at most one member here, for it has no order.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3_000_000_000..3_000_000_000_i64).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("a number", |float| !float.is_nan())
            .prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| Value::Bytes(bytes.into())),
        "\\PC{0,40}".prop_map(Value::from),
        (1..9999, 1..13, 1..29, 0..24).prop_map(|(y, m, d, h)| Value::DateTime(format!("{y} {m} {d} {h} 1 2 3"))),
        (1..9999, 1..13, 1..29).prop_map(|(y, m, d)| Value::Date(format!("{y} {m} {d}"))),
        (0..24, 0..60).prop_map(|(h, m)| Value::Time(format!("{h} {m} 5 7"))),
        (-999..999, 0..86_400).prop_map(|(days, seconds)| Value::TimeDelta(format!("{days} {seconds} 9"))),
        (any::<i64>(), -50..50_i64).prop_map(|(digits, exponent)| Value::Decimal {
            digits: digits.into(),
            exponent
        }),
    ];
    leaf.prop_recursive(5, 60, 10, |inner| {
        let items = || prop::collection::vec(inner.clone(), 0..10);
        prop_oneof![
            items().prop_map(Value::List),
            items().prop_map(Value::Tuple),
            prop::collection::btree_map("[a-z]{0,9}", inner.clone(), 0..10).prop_map(Value::from_iter),
            any::<i64>().prop_map(|member| Value::Set(vec![member.into()])),
            any::<i64>().prop_map(|member| Value::FrozenSet(vec![member.into()])),
        ]
    })
}

fn repeats(element: &Element) -> bool {
    match element {
        Element::List(parts) => {
            matches!(parts.first(), Some(Element::Bytes(tag)) if tag == "reference") || parts.iter().any(repeats)
        }
        _ => false,
    }
}

#[test]
fn twisted_reads_what_is_written_here_and_writes_the_same() {
    let Some(mirror) = Mirror::start() else { return };
    let mirror = RefCell::new(mirror);
    let mut runner = TestRunner::new(Config::with_cases(400));
    let result = runner.run(&values(), |value| {
        let bytes = written(&value);
        let again = mirror.borrow_mut().reflect(&bytes);
        let element = element(&again, Dialect::None);
        // Python has one empty tuple, so Twisted writes it once and then repeats it.
        if !repeats(&element) {
            prop_assert_eq!(&again, &bytes);
        }
        prop_assert_eq!(decode(element, &mut Table::default()), Ok(value));
        Ok(())
    });
    result.unwrap();
}

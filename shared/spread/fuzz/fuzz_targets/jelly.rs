//! Foreign elements as jelly: what was read can be written and read again, what it imported is given back, and what it
//! repeats stays within its budget.

#![no_main]

#[path = "../../tests/it/table.rs"]
mod table;

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use spread::banana::{Decoder, Dialect, Element, Encoder};
use spread::jelly::{Error, Value, decode, decode_within, encode};
use table::Table;

/// Small, so that it is reached soon.
const BUDGET: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let mut stream = BytesMut::from(input);
    let mut decoder = Decoder::new(Dialect::Pb);
    while let Ok(Some(element)) = decoder.feed(&mut stream) {
        try_one(element);
    }
});

fn try_one(element: Element) {
    let mut table = Table::default();
    if let Ok(value) = decode_within(BUDGET, element, &mut table) {
        let bytes = write(&value, &mut table);
        let again = decode(read(&bytes), &mut table).expect("what was written can be read");
        assert_eq!(write(&again, &mut table), bytes);
    }
    assert_eq!(table.alive(), 0, "all that was imported is given back");
}

fn write(value: &Value, table: &mut Table) -> Bytes {
    let mut out = BytesMut::new();
    let result: Result<(), Error> = encode(value, table, &mut Encoder::new(Dialect::Pb, &mut out));
    result.expect("what was read can be written");
    out.freeze()
}

fn read(bytes: &[u8]) -> Element {
    let element = Decoder::new(Dialect::Pb).feed(&mut BytesMut::from(bytes));
    element.expect("banana").expect("all of it")
}

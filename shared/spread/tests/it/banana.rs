//! Banana as a peer sees it: the recorded bytes, any chunking, and what strangers may send.

use crate::memory::peak;
use crate::vectors::{self, bytes, element, expressions, sessions, streams};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use spread::banana::{DEPTH_LIMIT, Decoder, Dialect, Element, Encoder, Error, Integer, Limits, SIZE_LIMIT, encode};
use std::collections::BTreeMap;

fn encoded(element: &Element, dialect: Dialect) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode(element, dialect, &mut out).unwrap();
    out.to_vec()
}

fn dialect(name: &str) -> Dialect {
    match name {
        "pb" => Dialect::Pb,
        "none" => Dialect::None,
        other => panic!("no dialect {other}"),
    }
}

/// All elements of a stream that comes in pieces of these sizes, over and over.
fn chunked(stream: &[u8], sizes: &[usize], dialect: Dialect) -> Result<Vec<Element>, Error> {
    let mut decoder = Decoder::new(dialect);
    let mut buffer = BytesMut::new();
    let mut elements = Vec::new();
    let mut rest = stream;
    for size in sizes.iter().cycle() {
        let (chunk, after) = rest.split_at((*size).min(rest.len()));
        buffer.extend_from_slice(chunk);
        while let Some(element) = decoder.feed(&mut buffer)? {
            elements.push(element);
        }
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    Ok(elements)
}

/// Whether an element is what a vector says, in the notation of the banana vectors: numbers keep all their digits.
fn is(element: &Element, wanted: &RawValue) -> bool {
    let text = wanted.get();
    let named = || serde_json::from_str::<BTreeMap<String, String>>(text).unwrap();
    match element {
        Element::Int(integer) => integer.to_string() == text,
        Element::Float(float) => text.starts_with('{') && same_float(*float, &named()["float"]),
        Element::Bytes(bytes) => {
            text.starts_with('{') && named()["bytes"].chars().map(|c| c as u8).eq(bytes.iter().copied())
        }
        Element::List(items) => {
            let wanted: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap();
            items.len() == wanted.len() && items.iter().zip(&wanted).all(|(item, wanted)| is(item, wanted))
        }
    }
}

fn same_float(float: f64, wanted: &str) -> bool {
    let wanted: f64 = wanted.parse().unwrap();
    float.to_bits() == wanted.to_bits() || float.is_nan() && wanted.is_nan()
}

#[test]
fn values_are_the_bytes_that_twisted_writes() {
    let vectors: Vec<BTreeMap<String, Box<RawValue>>> =
        serde_json::from_str(&vectors::read("banana-encodings.json")).unwrap();
    for vector in &vectors {
        let field = |name: &str| serde_json::from_str::<String>(vector[name].get()).unwrap();
        let (what, wanted, dialect) = (field("description"), bytes(&field("hex")), dialect(&field("dialect")));
        let element = element(&wanted, dialect);
        assert!(is(&element, &vector["value"]), "{what}: {element:?}");
        assert_eq!(encoded(&element, dialect), wanted, "{what}");
    }
    assert_eq!(vectors.len(), 73);
}

#[test]
fn bytes_are_taken_and_refused_as_twisted_does() {
    let vectors: Vec<BTreeMap<String, Box<RawValue>>> =
        serde_json::from_str(&vectors::read("banana-decoding.json")).unwrap();
    for vector in &vectors {
        let field = |name: &str| serde_json::from_str::<String>(vector[name].get()).unwrap();
        let result: BTreeMap<String, Box<RawValue>> = serde_json::from_str(vector["result"].get()).unwrap();
        let got = chunked(&bytes(&field("hex")), &[usize::MAX], dialect(&field("dialect")));
        let what = field("description");
        match result.get("expressions") {
            Some(wanted) => {
                let wanted: Vec<Box<RawValue>> = serde_json::from_str(wanted.get()).unwrap();
                let got = got.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(got.len(), wanted.len(), "{what}");
                assert!(
                    got.iter().zip(&wanted).all(|(got, wanted)| is(got, wanted)),
                    "{what}: {got:?}"
                );
            }
            None => assert!(got.is_err(), "{what}: {got:?}"),
        }
    }
    assert_eq!(vectors.len(), 18);
}

/// Whether an element is what the decoded recordings say, where bytes are text as long as they are printable.
fn is_recorded(element: &Element, wanted: &Json) -> bool {
    match (element, wanted) {
        (Element::Int(integer), Json::Number(number)) => integer.as_i64() == number.as_i64(),
        // The text of a number is read a bit less exactly than the bytes of one.
        (Element::Float(float), Json::Number(number)) => (float / number.as_f64().unwrap() - 1.0).abs() < 1e-15,
        (Element::Bytes(got), Json::String(text)) => got == text.as_bytes(),
        (Element::Bytes(got), Json::Object(object)) => got == bytes(object["hex"].as_str().unwrap()).as_slice(),
        (Element::List(items), Json::Array(wanted)) => {
            items.len() == wanted.len() && items.iter().zip(wanted).all(|(item, wanted)| is_recorded(item, wanted))
        }
        _ => false,
    }
}

#[test]
fn every_recorded_expression_is_read_and_written_alike() {
    for session in sessions() {
        for (bytes, wanted) in expressions(&session) {
            let element = element(&bytes, Dialect::Pb);
            assert!(is_recorded(&element, &wanted), "{session}: {element:?} is not {wanted}");
            assert_eq!(encoded(&element, Dialect::Pb), bytes, "{session}: {wanted}");
        }
    }
}

#[test]
fn recorded_streams_are_the_same_in_chunks_of_any_size() {
    for session in sessions() {
        for (way, stream) in streams(&session) {
            let whole = chunked(&stream, &[usize::MAX], Dialect::Pb).unwrap();
            assert!(!whole.is_empty(), "{session} {way:?}");
            for size in [1, 2, 3, 7, 64, 1000] {
                let got = chunked(&stream, &[size], Dialect::Pb).unwrap();
                assert_eq!(got, whole, "{session} {way:?} in chunks of {size}");
            }
        }
    }
}

/// Whole numbers of all sizes, as their sign and their groups of seven bits.
fn integers() -> impl Strategy<Value = Element> {
    let long = (any::<bool>(), prop::collection::vec(0..0x80_u8, 0..=64)).prop_map(|(negative, mut septets)| {
        septets.push(if negative { 0x83 } else { 0x81 });
        element(&septets, Dialect::Pb)
    });
    let edges = prop::sample::select(vec![
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        1 << 31,
        (1 << 31) - 1,
        -(1 << 31),
        -(1 << 31) - 1,
    ]);
    prop_oneof![any::<i64>().prop_map(int), edges.prop_map(int), long]
}

fn int(int: i64) -> Element {
    Element::Int(int.into())
}

fn string(bytes: impl Into<Bytes>) -> Element {
    Element::Bytes(bytes.into())
}

fn elements() -> impl Strategy<Value = Element> {
    let words = prop::sample::select(vec!["None", "list", "not_logged_in", "uncache", "unicode", ""]);
    let leaf = prop_oneof![
        integers(),
        any::<f64>().prop_map(Element::Float),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(string),
        words.prop_map(string),
    ];
    leaf.prop_recursive(6, 100, 20, |inner| {
        prop::collection::vec(inner, 0..20).prop_map(Element::List)
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_however_it_is_cut(
        elements in prop::collection::vec(elements(), 1..4),
        sizes in prop::collection::vec(1..300_usize, 1..20),
        vocabulary: bool,
    ) {
        let dialect = if vocabulary { Dialect::Pb } else { Dialect::None };
        let stream: Vec<u8> = elements.iter().flat_map(|element| encoded(element, dialect)).collect();
        let got = chunked(&stream, &sizes, dialect).unwrap();
        prop_assert_eq!(got.len(), elements.len());
        // By their bytes, for a number that is none equals nothing.
        let again: Vec<u8> = got.iter().flat_map(|element| encoded(element, dialect)).collect();
        prop_assert_eq!(again, stream);
    }

    #[test]
    fn numbers_keep_their_value(number in any::<i128>()) {
        let mut septets = Vec::new();
        let mut magnitude = number.unsigned_abs();
        while magnitude > 0 {
            septets.push((magnitude & 0x7f) as u8);
            magnitude >>= 7;
        }
        septets.push(if number < 0 { 0x83 } else { 0x81 });
        let Element::Int(integer) = element(&septets, Dialect::Pb) else { panic!() };
        prop_assert_eq!(integer.to_string(), number.to_string());
        prop_assert_eq!(i64::try_from(&integer).ok(), i64::try_from(number).ok());
        if let Ok(small) = i64::try_from(number) {
            prop_assert_eq!(&integer, &Integer::from(small));
        }
        if let Ok(small) = u64::try_from(number) {
            prop_assert_eq!(&integer, &Integer::from(small));
        }
    }

    #[test]
    fn rubbish_costs_an_error_or_is_what_it_says(
        stream in prop::collection::vec(prop_oneof![any::<u8>(), 0..4_u8, 0x80..0x88_u8], 0..500),
        sizes in prop::collection::vec(1..50_usize, 1..5),
    ) {
        let whole = chunked(&stream, &[usize::MAX], Dialect::Pb);
        let pieces = chunked(&stream, &sizes, Dialect::Pb);
        match (&whole, &pieces) {
            (Err(whole), Err(pieces)) => prop_assert_eq!(whole, pieces),
            (Ok(whole), Ok(pieces)) => {
                let bytes = |elements: &[Element]| -> Vec<u8> { elements.iter().flat_map(|e| encoded(e, Dialect::Pb)).collect() };
                prop_assert_eq!(bytes(whole), bytes(pieces));
            }
            _ => prop_assert!(false, "{whole:?} but in pieces {pieces:?}"),
        }
    }
}

fn nested(depth: usize) -> Element {
    (0..depth).fold(int(1), |inner, _| Element::List(vec![inner]))
}

#[test]
fn lists_nest_as_deep_as_allowed_and_no_deeper() {
    let deep = nested(DEPTH_LIMIT);
    assert_eq!(element(&encoded(&deep, Dialect::Pb), Dialect::Pb), deep);
    let deeper = nested(DEPTH_LIMIT + 1);
    let refused = Err(Error::TooDeep(DEPTH_LIMIT));
    assert_eq!(encode(&deeper, Dialect::Pb, &mut BytesMut::new()), refused);
    let endless = [0x01, 0x80].repeat(1_000_000);
    assert_eq!(
        chunked(&endless, &[4096], Dialect::Pb),
        Err(Error::TooDeep(DEPTH_LIMIT))
    );
}

#[test]
fn what_cannot_be_carried_is_not_half_written() {
    let mut out = BytesMut::from("before");
    let long = |length| string(vec![b'x'; length]);
    let list = Element::List(vec![int(1), long(SIZE_LIMIT + 1)]);
    assert_eq!(encode(&list, Dialect::Pb, &mut out), Err(Error::StringTooLong));
    let many = Element::List(vec![int(0); SIZE_LIMIT + 1]);
    assert_eq!(encode(&many, Dialect::Pb, &mut out), Err(Error::ListTooLong));
    assert_eq!(out, "before");
    assert!(matches!(
        element(&encoded(&long(SIZE_LIMIT), Dialect::Pb), Dialect::Pb),
        Element::Bytes(_)
    ));
}

#[test]
fn an_element_larger_than_allowed_is_refused_when_it_is_announced() {
    let limits = Limits {
        size: 10_000,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(Dialect::Pb, limits);
    let mut stream = BytesMut::new();
    Encoder::new(Dialect::Pb, &mut stream).bytes(&[b'x'; 9_000]).unwrap();
    // Of the second, just how long it is going to be.
    let fits = stream.clone();
    stream.extend_from_slice(&[0x02, 0x80]);
    stream.extend_from_slice(&fits);
    stream.extend_from_slice(&fits[..3]);
    assert!(matches!(decoder.feed(&mut stream), Ok(Some(Element::Bytes(_)))));
    assert_eq!(decoder.feed(&mut stream), Err(Error::TooLarge(10_000)));
    assert_eq!(
        decoder.feed(&mut stream),
        Err(Error::TooLarge(10_000)),
        "the stream is of no use any more"
    );
}

#[test]
fn many_small_elements_count_as_well() {
    let limits = Limits {
        size: 10_000,
        ..Limits::default()
    };
    let mut decoder = Decoder::with_limits(Dialect::Pb, limits);
    let announced = encoded(&Element::List(vec![int(1); SIZE_LIMIT]), Dialect::Pb);
    let (result, peak) = peak(|| decoder.feed(&mut BytesMut::from(&announced[..])));
    assert_eq!(result, Err(Error::TooLarge(10_000)));
    assert!(peak < announced.len() + 100_000, "took {peak} bytes");
}

#[test]
fn an_announcement_takes_no_memory() {
    // A list of 655,360 lists of 655,360 lists, and so on; then a string of 655,360 bytes.
    let list = [0x00, 0x00, 0x28, 0x80];
    let mut stream = list.repeat(DEPTH_LIMIT);
    stream.extend_from_slice(&[0x00, 0x00, 0x28, 0x82]);
    let mut buffer = BytesMut::from(&stream[..]);
    let mut decoder = Decoder::new(Dialect::Pb);
    let (result, peak) = peak(|| decoder.feed(&mut buffer));
    assert_eq!(result, Ok(None));
    assert!(peak < 1_000_000, "took {peak} bytes");
    assert_eq!(decoder.wanted(), SIZE_LIMIT);
}

#[test]
fn memory_stays_near_what_the_limit_says() {
    let limits = Limits {
        size: 1 << 20,
        ..Limits::default()
    };
    let list = |items: &[u8]| [&[0x00, 0x00, 0x28, 0x80], items].concat();
    let empty = list(&[0x80].repeat(600_000));
    let ones = list(&[0x01, 0x80, 0x81].repeat(200_000));
    let words = list(&[0x01, 0x80, 0x01, 0x82, b'x'].repeat(200_000));
    for stream in [empty, ones, words] {
        let mut buffer = BytesMut::from(&stream[..]);
        let (result, peak) = peak(|| Decoder::with_limits(Dialect::Pb, limits).feed(&mut buffer));
        assert_eq!(result, Err(Error::TooLarge(1 << 20)));
        assert!(peak < 4 << 20, "took {peak} bytes");
    }
}

#[test]
fn long_strings_are_parts_of_the_buffer_and_short_ones_do_not_keep_it() {
    let mut stream = BytesMut::new();
    let mut encoder = Encoder::new(Dialect::Pb, &mut stream);
    encoder.bytes(&[b'l'; 5000]).unwrap();
    encoder.bytes(b"short").unwrap();
    let range = stream.as_ptr_range();
    let mut decoder = Decoder::new(Dialect::Pb);
    let Some(Element::Bytes(long)) = decoder.feed(&mut stream).unwrap() else {
        panic!()
    };
    let Some(Element::Bytes(short)) = decoder.feed(&mut stream).unwrap() else {
        panic!()
    };
    assert!(range.contains(&long.as_ptr()));
    assert!(!range.contains(&short.as_ptr()));
}

#[test]
fn the_dialect_changes_between_elements() {
    // The client's choice and its version, in one chunk.
    let mut stream = BytesMut::from(&[0x02, 0x82, b'p', b'b', 0x02, 0x80, 0x13, 0x87, 0x06, 0x81][..]);
    let mut decoder = Decoder::new(Dialect::None);
    assert_eq!(decoder.feed(&mut stream), Ok(Some(string("pb"))));
    decoder.set_dialect(Dialect::Pb);
    assert_eq!(
        decoder.feed(&mut stream),
        Ok(Some(Element::List(vec![string("version"), int(6)])))
    );
    assert_eq!(decoder.feed(&mut stream), Ok(None));
}

//! Foreign bytes as banana: the same elements however they are cut, and what was read can be written and read again.
//!
//! The first byte chooses the dialect and the size of the chunks.

#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use spread::banana::{Decoder, Dialect, Element, Error, encode};

fuzz_target!(|input: &[u8]| {
    let Some((choice, stream)) = input.split_first() else {
        return;
    };
    let dialect = if choice & 1 == 0 { Dialect::Pb } else { Dialect::None };
    let (whole, end) = read(stream, stream.len().max(1), dialect);
    let (pieces, end_of_pieces) = read(stream, usize::from(choice >> 1) + 1, dialect);
    let bytes = write(&whole, dialect);
    assert_eq!(bytes, write(&pieces, dialect));
    assert_eq!(end, end_of_pieces);
    let (again, end) = read(&bytes, bytes.len().max(1), dialect);
    assert_eq!(end, None);
    assert_eq!(write(&again, dialect), bytes);
});

/// All elements up to the first error.
fn read(stream: &[u8], size: usize, dialect: Dialect) -> (Vec<Element>, Option<Error>) {
    let mut decoder = Decoder::new(dialect);
    let mut buffer = BytesMut::new();
    let mut elements = Vec::new();
    for chunk in stream.chunks(size) {
        buffer.extend_from_slice(chunk);
        loop {
            match decoder.feed(&mut buffer) {
                Ok(Some(element)) => elements.push(element),
                Ok(None) => break,
                Err(error) => return (elements, Some(error)),
            }
        }
        assert!(buffer.len() < decoder.wanted(), "more could have been read");
    }
    (elements, None)
}

fn write(elements: &[Element], dialect: Dialect) -> Bytes {
    let mut out = BytesMut::new();
    for element in elements {
        encode(element, dialect, &mut out).expect("what was read can be written");
    }
    out.freeze()
}

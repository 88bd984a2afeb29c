//! Foreign bytes as server-sent events: it does not matter how they are cut.

#![no_main]

use client::live::sse::Parser;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((cut, bytes)) = input.split_first() else {
        return;
    };
    let whole = Parser::default().push(bytes);
    let mut parser = Parser::default();
    let mut messages = Vec::new();
    for chunk in bytes.chunks(usize::from(*cut).max(1)) {
        messages.extend(parser.push(chunk).expect("small"));
    }
    assert_eq!(whole, Ok(messages));
});

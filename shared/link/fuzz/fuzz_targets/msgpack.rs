//! Foreign bytes as MessagePack: what was read can be written, and read again as the same.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use link::msgpack::{Message, decode, decode_updates, encode, encode_updates};

fuzz_target!(|input: &[u8]| {
    let bytes = Bytes::copy_from_slice(input);
    if let Ok(value) = decode(&bytes) {
        let written = encode(&value);
        let again = decode(&Bytes::from(written.clone())).expect("what was read can be read again");
        // Not the values: there are numbers that do not equal themselves.
        assert_eq!(encode(&again), written);
    }
    if let Ok(updates) = decode_updates(&bytes) {
        for list in encode_updates(&updates) {
            decode_updates(&list.into()).expect("what was read can be read again");
        }
    }
    let _ = Message::decode(&bytes);
});

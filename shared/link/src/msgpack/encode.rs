//! Writing MessagePack, as short as it can be, which is also what the original writes.

use rmp::encode as rmp;
use wire::worker::Value;

/// Why writing cannot fail: memory takes everything.
const WRITTEN: &str = "a vector takes everything";

pub(super) fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::None => nil(out),
        Value::Bool(truth) => rmp::write_bool(out, *truth).expect(WRITTEN),
        Value::Int(number) => int(out, *number),
        Value::Float(number) => float(out, *number),
        Value::Text(chars) => text(out, chars),
        Value::Bytes(data) => bytes(out, data),
        Value::List(items) | Value::Tuple(items) => {
            list(out, items.len());
            items.iter().for_each(|item| self::value(out, item));
        }
        Value::Dict(pairs) => {
            rmp::write_map_len(out, length(pairs.len())).expect(WRITTEN);
            for (key, item) in pairs {
                text(out, key);
                self::value(out, item);
            }
        }
    }
}

pub(super) fn nil(out: &mut Vec<u8>) {
    rmp::write_nil(out).expect(WRITTEN);
}

pub(super) fn int(out: &mut Vec<u8>, number: i64) {
    rmp::write_sint(out, number).expect(WRITTEN);
}

pub(super) fn float(out: &mut Vec<u8>, number: f64) {
    rmp::write_f64(out, number).expect(WRITTEN);
}

pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    rmp::write_str(out, text).expect(WRITTEN);
}

pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    rmp::write_bin(out, bytes).expect(WRITTEN);
}

/// The beginning of a list.
pub(super) fn list(out: &mut Vec<u8>, items: usize) {
    rmp::write_array_len(out, length(items)).expect(WRITTEN);
}

fn length(items: usize) -> u32 {
    u32::try_from(items).expect("no message has four thousand million values")
}

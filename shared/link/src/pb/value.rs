//! Values of the protocol as jelly has them, and back. Moved, not copied.

use spread::jelly;
use wire::worker::Value;

/// For the wire.
pub(super) fn to_jelly(value: Value) -> jelly::Value {
    match value {
        Value::None => jelly::Value::None,
        Value::Bool(truth) => jelly::Value::Bool(truth),
        Value::Int(number) => jelly::Value::Int(number.into()),
        Value::Float(number) => jelly::Value::Float(number),
        Value::Text(text) => jelly::Value::Text(text),
        Value::Bytes(bytes) => jelly::Value::Bytes(bytes),
        Value::List(items) => jelly::Value::List(items.into_iter().map(to_jelly).collect()),
        Value::Tuple(items) => jelly::Value::Tuple(items.into_iter().map(to_jelly).collect()),
        Value::Dict(pairs) => jelly::Value::Dict(
            pairs
                .into_iter()
                .map(|(key, value)| (jelly::Value::Text(key), to_jelly(value)))
                .collect(),
        ),
    }
}

/// From the wire. Every value has a meaning, since an argument or update that nobody knows is no error (§3.2, §4): sets
/// become lists; whole numbers beyond 64 bits, times and the like become their text; objects and failures become `None`.
pub(super) fn from_jelly(value: jelly::Value) -> Value {
    let list = |items: Vec<jelly::Value>| items.into_iter().map(from_jelly).collect();
    match value {
        jelly::Value::None => Value::None,
        jelly::Value::Bool(truth) => Value::Bool(truth),
        jelly::Value::Int(number) => match i64::try_from(&number) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::Text(number.to_string()),
        },
        jelly::Value::Float(number) => Value::Float(number),
        jelly::Value::Text(text) => Value::Text(text),
        jelly::Value::Bytes(bytes) => Value::Bytes(bytes),
        jelly::Value::List(items) | jelly::Value::Set(items) | jelly::Value::FrozenSet(items) => {
            Value::List(list(items))
        }
        jelly::Value::Tuple(items) => Value::Tuple(list(items)),
        jelly::Value::Dict(pairs) => Value::Dict(
            pairs
                .into_iter()
                .map(|(key, value)| (key_text(key), from_jelly(value)))
                .collect(),
        ),
        jelly::Value::DateTime(text)
        | jelly::Value::Date(text)
        | jelly::Value::Time(text)
        | jelly::Value::TimeDelta(text)
        | jelly::Value::Class(text) => Value::Text(text),
        jelly::Value::Decimal { digits, exponent } => Value::Text(format!("{digits}E{exponent}")),
        jelly::Value::Copy(_) | jelly::Value::Object(_) | jelly::Value::Remote(_) => Value::None,
    }
}

/// Text, also when it came as bytes (§1): what is not UTF-8 in it is replaced. `None` when it is something else.
pub(super) fn text(value: jelly::Value) -> Result<String, jelly::Value> {
    match value {
        jelly::Value::Text(text) => Ok(text),
        jelly::Value::Bytes(bytes) => Ok(lossy(&bytes)),
        other => Err(other),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Python may have other keys than text; they are shown as text.
fn key_text(key: jelly::Value) -> String {
    match from_jelly(key) {
        Value::Text(text) => text,
        Value::Bytes(bytes) => lossy(&bytes),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::None),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            (-1e300..1e300).prop_map(Value::Float),
            ".*".prop_map(Value::Text),
            any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Tuple),
                prop::collection::vec((".*", inner), 0..6).prop_map(Value::Dict),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_arrives(value in any_value()) {
            prop_assert_eq!(from_jelly(to_jelly(value.clone())), value);
        }
    }

    #[test]
    fn what_the_protocol_has_no_word_for_still_means_something() {
        let set = jelly::Value::Set(vec![1_i64.into()]);
        assert_eq!(from_jelly(set), Value::List(vec![Value::Int(1)]));
        let inode = u64::MAX;
        assert_eq!(from_jelly(inode.into()), Value::Text(inode.to_string()));
        let moment = jelly::Value::DateTime("2026 11 21 0 0 0 0".to_owned());
        assert_eq!(from_jelly(moment), "2026 11 21 0 0 0 0".into());
        let keys = jelly::Value::Dict(vec![
            (jelly::Value::Bytes("bytes".into()), jelly::Value::None),
            (7_i64.into(), jelly::Value::None),
        ]);
        assert_eq!(
            from_jelly(keys),
            Value::Dict(vec![("bytes".to_owned(), Value::None), ("7".to_owned(), Value::None)])
        );
    }

    #[test]
    fn text_may_be_bytes() {
        assert_eq!(text("a".into()), Ok("a".to_owned()));
        assert_eq!(
            text(jelly::Value::Bytes(b"a\xff"[..].into())),
            Ok("a\u{fffd}".to_owned())
        );
        assert_eq!(text(jelly::Value::None), Err(jelly::Value::None));
    }
}

//! Whatever comes in, nothing panics, and what comes out is one of the answers that there are.

use proptest::prelude::*;
use wire::events::{Mistake, Pattern, command};
use wire::rest::{build, builder, field, number, query, rpc};

/// Text that is likely to reach the interesting branches.
fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => proptest::sample::select(of).prop_map(str::to_owned), 1 => ".{0,6}"];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_query_string_is_read_or_refused(text in pieces(&[
        "&", "=", "builds", "buildid", "results", "__eq", "__gt", "__nosuch", "order", "limit", "offset", "field",
        "property", "-", "1", "%", "%4", "%41", "%ff", "+", "true", "é", "99999999999999999999", "tags__contains",
    ])) {
        for (resource, collection) in [(&build::RESOURCE, true), (&builder::RESOURCE, true), (&build::RESOURCE, false)] {
            if let Ok(asked) = query::parse(resource, collection, &text) {
                for filter in &asked.query.filters {
                    prop_assert!(resource.field(&filter.field).is_some());
                }
                for order in &asked.query.order {
                    prop_assert!(resource.field(&order.field).is_some());
                }
                prop_assert!(collection || asked.query.filters.is_empty());
            }
        }
    }

    #[test]
    fn any_frame_is_a_command_or_a_mistake(text in pieces(&[
        "{", "}", "\"cmd\"", ":", ",", "\"_id\"", "\"path\"", "\"type\"", "\"ping\"", "\"startConsuming\"", "null",
        "1", "[", "]", "\"builds/*/*\"", "\\",
    ])) {
        match command::parse(&text) {
            Ok(_) | Err(Mistake::Unreadable) => {}
            Err(Mistake::Answered { code, .. }) => prop_assert!(code == 400 || code == 404),
        }
    }

    #[test]
    fn any_object_of_commands_is_answered(cmd in "(ping|startConsuming|stopConsuming|.{0,5})", path in ".{0,20}", id in any::<i64>()) {
        let frame = serde_json::json!({"cmd": cmd, "path": path, "_id": id}).to_string();
        if let Err(mistake) = command::parse(&frame) {
            let Mistake::Answered { id: echoed, .. } = mistake else { panic!("an object with text is readable") };
            prop_assert_eq!(echoed, serde_json::json!(id));
        }
    }

    #[test]
    fn any_call_is_read_or_refused(media in "(application/json.{0,3}|.{0,8})", body in pieces(&[
        "{", "}", "\"jsonrpc\"", ":", ",", "\"2.0\"", "\"id\"", "1", "\"method\"", "\"params\"", "{}", "[]", "null",
    ])) {
        if let Err(refusal) = rpc::parse(Some(&media), body.as_bytes()) {
            prop_assert_eq!(refusal.status, 400);
        }
    }

    #[test]
    fn a_pattern_of_an_event_matches_it_and_stars_do_too(elements in proptest::collection::vec("[a-z0-9]{1,4}", 1..6), star in any::<prop::sample::Index>()) {
        let key = elements.join("/");
        prop_assert!(Pattern::new(&key).matches(&key));
        let mut starred = elements.clone();
        let at = star.index(starred.len());
        starred[at] = "*".into();
        prop_assert!(Pattern::new(&starred.join("/")).matches(&key));
        prop_assert!(!Pattern::new(&starred[..at].join("/")).matches(&key));
    }

    #[test]
    fn numbers_come_back(value in any::<i64>()) {
        let expected = if value == i64::MIN { -i64::MAX } else { value };
        prop_assert_eq!(number::parse(&value.to_string()), Some(expected));
    }

    #[test]
    fn identifiers_are_what_they_say(text in ".{0,10}") {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'-');
        prop_assert_eq!(field::is_identifier(&text, 50), plain && first);
    }
}

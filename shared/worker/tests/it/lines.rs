//! The splitter: what was recorded, and what must always hold.

use proptest::prelude::*;
use serde_json::Value;
use worker::Lines;

const RECORDED: &str = include_str!("../data/line-boundaries.json");

/// Recorded rows that are not to be repeated: the recorded worker loses what is beyond 4096 characters of a line.
const KNOWN_DEFECTS: [(&str, &[&str]); 3] = [
    ("4096 chars + newline", &["x*4095 | x*1"]),
    ("10000 chars + newline", &["y*4095 | y*4095 | y*1810"]),
    ("10000 chars no newline", &["z*4095 | z*4095", "z*1810"]),
];

/// What comes out after each piece, and at the end.
fn outputs(pieces: &[&[u8]]) -> Vec<String> {
    let mut lines = Lines::default();
    let mut outputs = Vec::new();
    for piece in pieces {
        let mut out = String::new();
        lines.push(piece, &mut out);
        outputs.push(out);
    }
    let mut out = String::new();
    lines.finish(&mut out);
    outputs.push(out);
    outputs
}

/// Lines of one repeated character, short.
fn short(text: &str) -> String {
    let line = |line: &str| format!("{}*{}", &line[..1], line.len());
    text.lines().map(line).collect::<Vec<_>>().join(" | ")
}

/// `xxx...len=4096` in the recording stands for 4096 of them, or 4095 and an end of line.
fn chunk(recorded: &str) -> String {
    match recorded.split_once("...len=") {
        None => recorded.to_owned(),
        Some((begin, length)) => {
            let length: usize = length.parse().unwrap();
            // All long rows but one end with a line's end.
            let newline = if length == 10000 { "" } else { "\n" };
            begin[..1].repeat(length - newline.len()) + newline
        }
    }
}

#[test]
fn recorded_rows_come_out_as_recorded() {
    let rows: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    let mut seen = 0;
    for row in rows.iter().filter(|row| row["side"] == "worker") {
        let name = row["description"].as_str().unwrap();
        let chunks: Vec<String> = row["chunks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| chunk(c.as_str().unwrap()))
            .collect();
        let ours = outputs(&chunks.iter().map(String::as_bytes).collect::<Vec<_>>());
        if let Some((_, wanted)) = KNOWN_DEFECTS.iter().find(|(defect, _)| *defect == name) {
            let ours: Vec<String> = ours
                .iter()
                .map(|out| short(out))
                .filter(|out| !out.is_empty())
                .collect();
            assert_eq!(ours, *wanted, "{name}");
        } else if name == "exactly 4095 chars + newline" {
            assert_eq!(short(&ours[0]), "x*4095");
        } else {
            let wanted = row["outputs_then_flush"].as_array().unwrap();
            let wanted: Vec<&str> = wanted.iter().map(|out| out["text"].as_str().unwrap_or("")).collect();
            assert_eq!(ours, wanted, "{name}");
        }
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn invalid_utf8_becomes_replacement_characters() {
    assert_eq!(outputs(&[b"a\xffb\n"])[0], "a\u{fffd}b\n");
    // A character over three pieces, one that is broken off by another, and one at the end.
    assert_eq!(outputs(&[b"\xe2", b"\x82", b"\xac\n"]).concat(), "€\n");
    assert_eq!(outputs(&[b"\xe2\x82", b"x\n"]).concat(), "\u{fffd}x\n");
    assert_eq!(outputs(&[b"\xf0\x9f", b"\xc3", b"\xa9\n"]).concat(), "\u{fffd}é\n");
    assert_eq!(outputs(&[b"\xe2\x82"]).concat(), "\u{fffd}\n");
}

#[test]
fn a_carriage_return_or_half_an_escape_at_the_end_is_not_lost() {
    assert_eq!(outputs(&[b"a\r"]).concat(), "a\n");
    assert_eq!(outputs(&[b"a\x1b[12;3"]).concat(), "a\x1b[12;3\n");
    assert_eq!(outputs(&[b"a\x1b[31mred\x1b[0m\n"]).concat(), "a\x1b[31mred\x1b[0m\n");
}

/// Bytes as programs print them, with much of what the splitter looks at.
fn printed() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"\r".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\x08\x08".to_vec()),
        Just(b"\x1b[u".to_vec()),
        Just(b"\x1b[2J".to_vec()),
        Just(b"\x1b[12;34H".to_vec()),
        Just(b"\x1b[".to_vec()),
        Just(b"\x1b[1;".to_vec()),
        Just(b"\x1b[11111111111111111111111111111111111;1H".to_vec()),
        Just("€é𝄞".as_bytes().to_vec()),
        Just(b"\xff\xe2\x82".to_vec()),
        "[a-z]{1,9}".prop_map(String::into_bytes),
        (4000usize..9000).prop_map(|n| vec![b'x'; n]),
        (1300usize..3000).prop_map(|n| "€".repeat(n).into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

/// What is left when every end of line is taken away.
fn without_ends(text: &str) -> String {
    let ends = regex::Regex::new("\x1b\\[u|\x1b\\[[0-9]{1,14};[0-9]{1,14}[Hf]|\x1b\\[2J|[\r\n\x08]").unwrap();
    ends.replace_all(text, "").into_owned()
}

proptest! {
    #[test]
    fn the_pieces_do_not_matter(bytes in printed(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let whole = outputs(&[&bytes]).concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(&outputs(&pieces).concat(), &whole);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&outputs(&single).concat(), &whole);
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_too_long(bytes in printed()) {
        let out = outputs(&[&bytes]).concat();
        prop_assert!(out.is_empty() || out.ends_with('\n'));
        prop_assert!(out.split('\n').all(|line| line.chars().count() <= 4095));
        prop_assert!(!out.contains(['\r', '\x08']));
        // Sequences of more digits than a screen has lines stay in the text; everything else that is no end is there.
        let wanted = without_ends(&String::from_utf8_lossy(&bytes));
        prop_assert_eq!(without_ends(&out), wanted);
    }
}

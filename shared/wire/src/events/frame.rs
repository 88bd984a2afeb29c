//! What the server writes: event frames for `/ws` and `/sse` (§1.4, §2).

use crate::rest::text;

/// The `/ws` frame of an event: `body` is its JSON text.
pub fn socket(key: &str, body: &str) -> String {
    format!(r#"{{"k":{},"m":{body}}}"#, quoted(key))
}

/// The `/sse` message of an event: `body` is its JSON text.
pub fn server_sent(key: &str, body: &str) -> String {
    let elements: Vec<String> = key.split('/').map(quoted).collect();
    let elements = elements.join(",");
    format!("event: event\ndata: {{\"key\":[{elements}],\"message\":{body}}}\n\n")
}

/// The first `/sse` message: the name under which further paths can be added.
pub fn handshake(uuid: &str) -> String {
    format!("event: handshake\ndata: {uuid}\n\n")
}

fn quoted(key: &str) -> String {
    text::compact(&key.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_body_in_two_dresses() {
        assert_eq!(
            socket("builds/3/new", r#"{"buildid":3}"#),
            r#"{"k":"builds/3/new","m":{"buildid":3}}"#
        );
        assert_eq!(
            server_sent("builds/3/new", "null"),
            "event: event\ndata: {\"key\":[\"builds\",\"3\",\"new\"],\"message\":null}\n\n"
        );
    }
}

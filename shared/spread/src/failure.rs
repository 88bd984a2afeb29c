//! What went wrong with a call, as the wire has it (§2.1).

use crate::jelly::{Copied, Value};
use bytes::Bytes;

/// The class of a failure on the wire.
const CLASS: &str = "twisted.spread.pb.CopyableFailure";

/// What a failure says is cut here, so that it always fits into a string of banana.
const LONGEST: usize = 64 << 10;

/// What went wrong at the end that was called: an exception by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Dotted name of the exception's class, such as `builtins.RuntimeError`.
    pub kind: String,
    /// What it says.
    pub value: String,
    /// Dotted names of the class and of all it derives from.
    pub parents: Vec<String>,
    /// Where it was raised, when the peer tells. Never sent by this end.
    pub traceback: Option<String>,
}

impl Failure {
    /// The kind of [`Failure::unauthorized`].
    pub const UNAUTHORIZED: &str = "twisted.cred.error.UnauthorizedLogin";
    /// The kind of [`Failure::no_such_method`].
    pub const NO_SUCH_METHOD: &str = "twisted.spread.flavors.NoSuchMethod";

    /// An exception of a class that derives from `builtins.Exception`.
    pub fn error(kind: impl Into<String>, value: impl Into<String>) -> Self {
        let kind = kind.into();
        let mut parents = vec![kind.clone()];
        for base in ["builtins.Exception", "builtins.BaseException", "builtins.object"] {
            if kind != base {
                parents.push(base.to_owned());
            }
        }
        Failure {
            kind,
            value: value.into(),
            parents,
            traceback: None,
        }
    }

    /// The object has no such method. Callers fall back on this one, for instance to what older peers understand.
    pub fn no_such_method(name: &str) -> Self {
        Failure::error(Failure::NO_SUCH_METHOD, format!("No such method: remote_{name}"))
    }

    /// Wrong number, names or kinds of arguments.
    pub fn bad_arguments(value: impl Into<String>) -> Self {
        Failure::error("builtins.TypeError", value)
    }

    /// Wrong name or password; does not say which.
    pub fn unauthorized() -> Self {
        let mut failure = Failure::error(Failure::UNAUTHORIZED, "");
        let bases = ["twisted.cred.error.LoginFailed", "twisted.cred.error.Unauthorized"];
        failure.parents.splice(1..1, bases.map(str::to_owned));
        failure
    }

    /// Whether it is of the class of this dotted name, or of one that derives from it.
    pub fn is(&self, dotted: &str) -> bool {
        self.kind == dotted || self.parents.iter().any(|parent| parent == dotted)
    }

    /// As it is sent, also as an argument: what a Twisted peer needs to make an exception of it.
    pub fn to_value(&self) -> Value {
        let text = |text: &str| Value::from(text);
        let state: Value = [
            ("count", Value::from(0_i64)),
            ("type", Value::Bytes(Bytes::copy_from_slice(cut(&self.kind).as_bytes()))),
            ("value", text(cut(&self.value))),
            ("captureVars", Value::Bool(false)),
            ("tb", Value::None),
            ("unsafeTracebacks", Value::Bool(false)),
            (
                "parents",
                self.parents
                    .iter()
                    .map(|parent| text(cut(parent)))
                    .collect::<Vec<_>>()
                    .into(),
            ),
            ("frames", Value::List(Vec::new())),
            ("stack", Value::List(Vec::new())),
            ("traceback", text("Traceback unavailable\n")),
        ]
        .into_iter()
        .collect();
        let class = CLASS.to_owned();
        Value::Copy(Box::new(Copied { class, state }))
    }

    /// What a peer sent. Some peers send an exception itself instead of a failure; then its class is the kind.
    pub fn from_value(value: &Value) -> Self {
        let Value::Copy(copied) = value else {
            let kind = "builtins.Exception";
            return Failure::error(kind, value.text().unwrap_or("the peer did not say what failed"));
        };
        let state = &copied.state;
        let text = |key| state.get(key).and_then(Value::text).map(str::to_owned);
        let kind = text("type").unwrap_or_else(|| copied.class.clone());
        let parents = state.get("parents").and_then(Value::items).unwrap_or_default();
        Failure {
            value: text("value").unwrap_or_default(),
            parents: parents.iter().filter_map(Value::text).map(str::to_owned).collect(),
            traceback: text("traceback").filter(|text| text != "Traceback unavailable\n"),
            kind,
        }
    }
}

/// The beginning of a long text.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value.as_str() {
            "" => f.write_str(&self.kind),
            value => write!(f, "{}: {value}", self.kind),
        }
    }
}

impl std::error::Error for Failure {}

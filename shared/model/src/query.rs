//! Buildbot's query language as plain data (`rest-v2` §3): what `web` parses and `store` answers.

/// Which rows, in which order, how many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// All must hold.
    pub filters: Vec<Filter>,
    /// First key first.
    pub order: Vec<Order>,
    /// At most this many rows.
    pub limit: Option<u64>,
    /// Rows to pass over first.
    pub offset: u64,
}

/// One condition on one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The resource's field name, as on the wire.
    pub field: String,
    /// How to compare.
    pub op: Op,
    /// With `Eq`, `In` and `Contains` any of them may match; with `Ne` and `NotIn` none may.
    pub values: Vec<Value>,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Is one of the values.
    Eq,
    /// Is none of the values.
    Ne,
    /// Less than the one value.
    Lt,
    /// At most the one value.
    Le,
    /// Greater than the one value.
    Gt,
    /// At least the one value.
    Ge,
    /// List: has the element. Text: has the substring.
    Contains,
    /// As `Eq`.
    In,
    /// As `Ne`.
    NotIn,
}

/// A value to compare with, of the field's declared type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Integers and times (in whole seconds).
    Number(i64),
    /// `on true yes 1` or `off false no 0`.
    Bool(bool),
    /// Text and identifiers.
    Text(String),
}

/// One sort key.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The resource's field name.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

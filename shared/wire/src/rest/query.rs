//! The query language (§3): a query string becomes filters, order, page, fields and properties.

use super::{Field, Kind, Resource, number};
use model::query::{Filter, Op, Order, Query};

/// What a query string asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Rows: which, in which order, how many.
    pub query: Query,
    /// Only these fields, or all.
    pub fields: Option<Vec<String>>,
    /// Names of the properties to show; `*` is all.
    pub properties: Vec<String>,
    /// `limit` as given; below zero it means no limit, except for log contents.
    pub limit: Option<i64>,
    /// `offset` as given; below zero it means 0, except for log contents.
    pub offset: Option<i64>,
}

/// A query string that cannot be answered; the text is the protocol's, for a 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// `field` or `order` of something unknown.
    #[error("no such field '{0}'")]
    NoSuchField(String),
    /// `limit` is no number.
    #[error("invalid limit")]
    InvalidLimit,
    /// `offset` is no number.
    #[error("invalid offset")]
    InvalidOffset,
    /// Neither a field nor a word of the language.
    #[error("unrecognized query parameter '{0}'")]
    Unrecognized(String),
    /// The value does not fit the field's type; named by the whole parameter.
    #[error("invalid filter value for {0}")]
    InvalidValue(String),
    /// Objects have no order.
    #[error("cannot order on field '{0}'")]
    NoOrder(String),
    /// `field` leaves out what `order` needs.
    #[error("cannot order on un-selected fields")]
    OrderUnselected,
    /// `field` leaves out what a filter needs.
    #[error("cannot filter on un-selected fields")]
    FilterUnselected,
    /// A single resource cannot be filtered.
    #[error("this is not a collection")]
    NotACollection,
}

/// Reads the raw query string `text` of a request for `resource`; `collection` is false for a single one.
pub fn parse(resource: &Resource, collection: bool, text: &str) -> Result<Asked, QueryError> {
    let mut asked = Asked::default();
    for (name, values) in grouped(text) {
        match name.as_str() {
            "field" => asked.fields = Some(known_fields(resource, values)?),
            "order" => asked.query.order = orders(resource, values)?,
            "limit" => asked.limit = Some(first_number(&values).ok_or(QueryError::InvalidLimit)?),
            "offset" => asked.offset = Some(first_number(&values).ok_or(QueryError::InvalidOffset)?),
            "property" => asked.properties = values,
            _ => asked.query.filters.extend(filter(resource, &name, &values)?),
        }
    }
    asked.query.limit = asked.limit.and_then(|limit| u64::try_from(limit).ok());
    asked.query.offset = asked.offset.map_or(0, |offset| u64::try_from(offset).unwrap_or(0));
    check_selection(&asked)?;
    if collection {
        Ok(asked)
    } else if asked.query.filters.is_empty() {
        asked.query = Query::default();
        Ok(asked)
    } else {
        Err(QueryError::NotACollection)
    }
}

/// Parameters in the order of their first mention, each with all its values.
fn grouped(text: &str) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
        let (name, value) = (decode(name), decode(value));
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    groups
}

/// Undoes percent-encoding, with `+` for a blank; what is no UTF-8 is replaced.
pub fn decode(text: &str) -> String {
    percent_decode(&text.replace('+', " "))
}

/// Undoes percent-encoding as in a path element; what is no UTF-8 is replaced.
pub fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)).map(|(h, l)| h * 16 + l),
            _ => None,
        };
        out.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn known_fields(resource: &Resource, names: Vec<String>) -> Result<Vec<String>, QueryError> {
    match names.iter().find(|name| resource.field(name).is_none()) {
        Some(unknown) => Err(QueryError::NoSuchField(unknown.clone())),
        None => Ok(names),
    }
}

fn orders(resource: &Resource, keys: Vec<String>) -> Result<Vec<Order>, QueryError> {
    keys.into_iter()
        .map(|key| {
            let name = key.strip_prefix('-').unwrap_or(&key);
            match resource.field(name) {
                Some(field) if field.kind == Kind::Object => Err(QueryError::NoOrder(name.to_owned())),
                Some(_) => Ok(Order {
                    field: name.to_owned(),
                    descending: key.starts_with('-'),
                }),
                None => Err(QueryError::NoSuchField(name.to_owned())),
            }
        })
        .collect()
}

fn first_number(values: &[String]) -> Option<i64> {
    number::parse(values.first()?)
}

/// The filter that a parameter means; `None` where the protocol ignores it in silence.
fn filter(resource: &Resource, parameter: &str, values: &[String]) -> Result<Option<Filter>, QueryError> {
    let (field, op) = match resource.field(parameter) {
        Some(field) => (field, Op::Eq),
        None => match parameter.rsplit_once("__") {
            Some((name, op)) => match (resource.field(name), op_named(op)) {
                (Some(field), Some(op)) => (field, op),
                _ => return Ok(None),
            },
            None => return Err(QueryError::Unrecognized(parameter.to_owned())),
        },
    };
    let compares_order = matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
    if compares_order && values.len() > 1 {
        return Ok(None);
    }
    filter_of(field, op, values)
        .map(Some)
        .ok_or_else(|| QueryError::InvalidValue(parameter.to_owned()))
}

fn filter_of(field: &Field, op: Op, values: &[String]) -> Option<Filter> {
    Some(Filter {
        field: field.name.to_owned(),
        op,
        values: values.iter().map(|v| field.kind.value(v)).collect::<Option<_>>()?,
    })
}

fn op_named(name: &str) -> Option<Op> {
    Some(match name {
        "eq" => Op::Eq,
        "ne" => Op::Ne,
        "lt" => Op::Lt,
        "le" => Op::Le,
        "gt" => Op::Gt,
        "ge" => Op::Ge,
        "contains" => Op::Contains,
        "in" => Op::In,
        "notin" => Op::NotIn,
        _ => return None,
    })
}

fn check_selection(asked: &Asked) -> Result<(), QueryError> {
    let Some(fields) = &asked.fields else { return Ok(()) };
    if asked.query.order.iter().any(|order| !fields.contains(&order.field)) {
        return Err(QueryError::OrderUnselected);
    }
    if asked.query.filters.iter().any(|filter| !fields.contains(&filter.field)) {
        return Err(QueryError::FilterUnselected);
    }
    Ok(())
}

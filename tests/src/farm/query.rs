//! The query language of REST v2: filters, order, limit and offset over rows.

use serde_json::{Value, json};
use std::cmp::Ordering;

/// What was asked of a list.
#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads the part after the question mark.
    pub fn read(text: &str) -> Query {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.replace('+', " ").replace("%20", " "))
        });
        Query { pairs: pairs.collect() }
    }

    /// Nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// All values of a parameter.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.pairs.iter().filter(|(other, _)| other == name);
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.all(name).first()?.parse().ok()
    }

    /// Takes the rows that are asked for, in the order that is asked for.
    pub fn apply(&self, rows: Vec<Value>) -> Vec<Value> {
        let mut rows: Vec<Value> = rows.into_iter().filter(|row| self.fits(row)).collect();
        let orders = self.all("order");
        rows.sort_by(|a, b| {
            let by = orders.iter().map(|order| match order.strip_prefix('-') {
                Some(field) => compare(&b[field], &a[field]),
                None => compare(&a[*order], &b[*order]),
            });
            by.fold(Ordering::Equal, Ordering::then)
        });
        let offset = self.number("offset").unwrap_or(0);
        let limit = self.number("limit").unwrap_or(usize::MAX);
        rows.into_iter().skip(offset).take(limit).collect()
    }

    fn fits(&self, row: &Value) -> bool {
        self.pairs.iter().all(|(name, value)| {
            let (field, operator) = name.split_once("__").unwrap_or((name, "eq"));
            let Some(has) = row.get(field) else { return true };
            match operator {
                // The same filter given several times means any of the values.
                "eq" => self
                    .all(name)
                    .iter()
                    .any(|value| compare(has, &read(value, has)).is_eq()),
                "ne" => compare(has, &read(value, has)).is_ne(),
                "lt" => compare(has, &read(value, has)).is_lt(),
                "le" => compare(has, &read(value, has)).is_le(),
                "gt" => compare(has, &read(value, has)).is_gt(),
                "ge" => compare(has, &read(value, has)).is_ge(),
                "contains" => has.as_array().is_some_and(|all| all.contains(&json!(value))),
                _ => true,
            }
        })
    }
}

/// A value of the query, of the kind that the field has.
fn read(text: &str, like: &Value) -> Value {
    match like {
        Value::Bool(_) => json!(matches!(text, "true" | "on" | "yes" | "1")),
        Value::Number(_) => json!(text.parse::<i64>().unwrap_or_default()),
        _ => json!(text),
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

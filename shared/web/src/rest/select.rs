//! Filters, order and pages over rows that were all read (§3): what the database does not do for small collections.

use model::Json;
use model::query::{Filter, Op, Query, Value};
use std::cmp::Ordering;

/// The rows that `query` asks for, and how many match before paging.
pub fn select(mut rows: Vec<Json>, query: &Query) -> (Vec<Json>, usize) {
    rows.retain(|row| query.filters.iter().all(|filter| holds(&row[&filter.field], filter)));
    // The sort is stable, so that rows that are equal keep their order.
    rows.sort_by(|a, b| order(a, b, query));
    let total = rows.len();
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = query
        .limit
        .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    (rows.into_iter().skip(offset).take(limit).collect(), total)
}

/// The named fields of `row`, or all.
pub fn fields(row: Json, selected: Option<&[String]>) -> Json {
    match (row, selected) {
        (Json::Object(mut members), Some(selected)) => {
            members.retain(|name, _| selected.contains(name));
            Json::Object(members)
        }
        (row, _) => row,
    }
}

/// Null is unequal to every value; nothing is less or greater than it, and it contains nothing.
fn holds(field: &Json, filter: &Filter) -> bool {
    let any = |test: &dyn Fn(&Value) -> bool| filter.values.iter().any(test);
    match filter.op {
        Op::Eq | Op::In => any(&|value| equal(field, value)),
        Op::Ne | Op::NotIn => !any(&|value| equal(field, value)),
        Op::Lt => any(&|value| compare(field, value) == Some(Ordering::Less)),
        Op::Le => any(&|value| matches!(compare(field, value), Some(Ordering::Less | Ordering::Equal))),
        Op::Gt => any(&|value| compare(field, value) == Some(Ordering::Greater)),
        Op::Ge => any(&|value| matches!(compare(field, value), Some(Ordering::Greater | Ordering::Equal))),
        Op::Contains => any(&|value| contains(field, value)),
    }
}

fn equal(field: &Json, value: &Value) -> bool {
    compare(field, value) == Some(Ordering::Equal)
}

/// How `field` stands to `value`, if they are of one type.
fn compare(field: &Json, value: &Value) -> Option<Ordering> {
    match (field, value) {
        (Json::Number(number), Value::Number(value)) => number.as_i64().map(|number| number.cmp(value)),
        (Json::Bool(truth), Value::Bool(value)) => Some(truth.cmp(value)),
        (Json::String(text), Value::Text(value)) => Some(text.as_str().cmp(value)),
        _ => None,
    }
}

fn contains(field: &Json, value: &Value) -> bool {
    match (field, value) {
        (Json::Array(elements), value) => elements.iter().any(|element| equal(element, value)),
        (Json::String(text), Value::Text(part)) => text.contains(part),
        _ => false,
    }
}

fn order(a: &Json, b: &Json, query: &Query) -> Ordering {
    let keys = query.order.iter().map(|key| {
        let ordering = rank(&a[&key.field], &b[&key.field]);
        if key.descending { ordering.reverse() } else { ordering }
    });
    keys.fold(Ordering::Equal, Ordering::then)
}

/// Nulls come first; lists and objects are all alike.
fn rank(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::Null, Json::Null) => Ordering::Equal,
        (Json::Null, _) => Ordering::Less,
        (_, Json::Null) => Ordering::Greater,
        (Json::Number(a), Json::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use wire::rest::{query, step};

    fn numbers(asked: &str) -> (Vec<i64>, usize) {
        let rows = vec![
            json!({"number": 0, "name": "prepare", "results": 0, "hidden": false}),
            json!({"number": 1, "name": "compile", "results": 2, "hidden": false}),
            json!({"number": 2, "name": "test", "results": null, "hidden": true}),
            json!({"number": 3, "name": "compile_1", "results": 0, "hidden": false}),
        ];
        let asked = query::parse(&step::RESOURCE, true, asked).expect("a proper query");
        let (rows, total) = select(rows, &asked.query);
        (
            rows.iter()
                .map(|row| row["number"].as_i64().expect("a number"))
                .collect(),
            total,
        )
    }

    #[test]
    fn the_language_over_rows_in_memory() {
        for (asked, expected, total) in [
            ("", vec![0, 1, 2, 3], 4),
            ("results=0", vec![0, 3], 2),
            ("results=0&results=2", vec![0, 1, 3], 3),
            ("results__ne=0", vec![1, 2], 2),
            ("results__notin=0&results__notin=2", vec![2], 1),
            ("results__lt=2", vec![0, 3], 2),
            ("results__ge=2", vec![1], 1),
            ("number__gt=0&number__le=2", vec![1, 2], 2),
            ("number__gt=0&number__gt=1", vec![0, 1, 2, 3], 4),
            ("name__contains=comp", vec![1, 3], 2),
            ("name__contains=comp&name__contains=test", vec![1, 2, 3], 3),
            ("hidden=yes", vec![2], 1),
            ("order=-results&order=-number", vec![1, 3, 0, 2], 4),
            ("order=results", vec![2, 0, 3, 1], 4),
            ("limit=2&offset=1", vec![1, 2], 4),
            ("limit=0", vec![], 4),
            ("limit=-1&offset=-5", vec![0, 1, 2, 3], 4),
            ("offset=9", vec![], 4),
        ] {
            assert_eq!(numbers(asked), (expected, total), "{asked}");
        }
    }
}

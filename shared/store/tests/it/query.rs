//! Filters, order and paging in the database agree with the same rules applied one by one in memory.

use crate::farm::{Farm, change, set};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuildRequest, Change, Results, Time};
use proptest::prelude::*;
use std::cmp::Ordering;
use store::rusqlite::Connection;
use store::{StoreError, build_requests, build_sets, builders, builds, changes, masters, workers};

/// A field's value as the wire shows it; times stay exact, so that order can be checked.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    Null,
    Number(i64),
    Time(i64),
    Bool(bool),
    Text(String),
    List(Vec<String>),
}

fn number(n: Option<i64>) -> Shown {
    n.map_or(Shown::Null, Shown::Number)
}

fn time(t: Option<Time>) -> Shown {
    t.map_or(Shown::Null, |t| Shown::Time(t.0))
}

fn text(t: &Option<String>) -> Shown {
    t.clone().map_or(Shown::Null, Shown::Text)
}

fn build_field(b: &Build, field: &str) -> Shown {
    match field {
        "buildid" => Shown::Number(b.id.0),
        "number" => Shown::Number(b.number),
        "builderid" => Shown::Number(b.builder.0),
        "buildrequestid" => Shown::Number(b.request.0),
        "workerid" => number(b.worker.map(|w| w.0)),
        "masterid" => Shown::Number(b.master.0),
        "started_at" => time(Some(b.started_at)),
        "complete" => Shown::Bool(b.complete_at.is_some()),
        "complete_at" => time(b.complete_at),
        "locks_duration_s" => Shown::Number(b.locks_duration_ms / 1000),
        "results" => number(b.results.map(|r| r as i64)),
        "state_string" => Shown::Text(b.state_string.clone()),
        _ => panic!("{field}"),
    }
}

fn request_field(r: &BuildRequest, field: &str) -> Shown {
    match field {
        "buildrequestid" => Shown::Number(r.id.0),
        "buildsetid" => Shown::Number(r.build_set.0),
        "builderid" => Shown::Number(r.builder.0),
        "priority" => Shown::Number(r.priority),
        "claimed" => Shown::Bool(r.claimed_at.is_some()),
        "claimed_at" => time(r.claimed_at),
        "claimed_by_masterid" => number(r.claimed_by.map(|m| m.0)),
        "complete" => Shown::Bool(r.complete_at.is_some()),
        "complete_at" => time(r.complete_at),
        "submitted_at" => time(Some(r.submitted_at)),
        "results" => Shown::Number(r.results.map_or(-1, |r| r as i64)),
        "waited_for" => Shown::Bool(r.waited_for),
        _ => panic!("{field}"),
    }
}

fn change_field(c: &Change, field: &str) -> Shown {
    match field {
        "changeid" => Shown::Number(c.id.0),
        "author" => Shown::Text(c.new.author.clone()),
        "branch" => text(&c.new.branch),
        "category" => text(&c.new.category),
        "files" => Shown::List(c.new.files.clone()),
        "when_timestamp" => time(Some(c.new.when)),
        "project" => Shown::Text(c.new.project.clone()),
        _ => panic!("{field}"),
    }
}

const BUILD_FIELDS: &[&str] = &[
    "buildid",
    "number",
    "builderid",
    "buildrequestid",
    "workerid",
    "masterid",
    "started_at",
    "complete",
    "complete_at",
    "locks_duration_s",
    "results",
    "state_string",
];
const REQUEST_FIELDS: &[&str] = &[
    "buildrequestid",
    "buildsetid",
    "builderid",
    "priority",
    "claimed",
    "claimed_at",
    "claimed_by_masterid",
    "complete",
    "complete_at",
    "submitted_at",
    "results",
    "waited_for",
];
const CHANGE_FIELDS: &[&str] = &[
    "changeid",
    "author",
    "branch",
    "category",
    "files",
    "when_timestamp",
    "project",
];

/// `None` for a comparison with null.
fn compare(shown: &Shown, value: &Value) -> Option<Ordering> {
    match (shown, value) {
        (Shown::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Shown::Time(a), Value::Number(b)) => Some(a.div_euclid(1000).cmp(b)),
        (Shown::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Shown::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        _ => None,
    }
}

fn holds(shown: &Shown, filter: &Filter) -> bool {
    if let Shown::List(list) = shown {
        let has = |value: &Value| matches!(value, Value::Text(text) if list.contains(text));
        return match filter.op {
            Op::Contains => filter.values.iter().any(has),
            Op::Ne | Op::NotIn => true,
            Op::Lt | Op::Le | Op::Gt | Op::Ge if filter.values.len() != 1 => true,
            _ => false,
        };
    }
    let known = *shown != Shown::Null;
    let one = |wanted: fn(Ordering) -> bool| match &filter.values[..] {
        [value] => compare(shown, value).is_some_and(wanted),
        _ => true,
    };
    let equal = |value: &Value| compare(shown, value) == Some(Ordering::Equal);
    match filter.op {
        Op::Eq | Op::In => filter.values.iter().any(equal),
        Op::Ne | Op::NotIn => known && !filter.values.iter().any(equal),
        Op::Lt => one(Ordering::is_lt),
        Op::Le => one(Ordering::is_le),
        Op::Gt => one(Ordering::is_gt),
        Op::Ge => one(Ordering::is_ge),
        Op::Contains => filter.values.iter().any(|value| match (shown, value) {
            (Shown::Text(text), Value::Text(part)) => text.contains(part.as_str()),
            _ => false,
        }),
    }
}

/// Null first, as SQLite has it.
fn in_order(a: &Shown, b: &Shown) -> Ordering {
    match (a, b) {
        (Shown::Null, Shown::Null) => Ordering::Equal,
        (Shown::Null, _) => Ordering::Less,
        (_, Shown::Null) => Ordering::Greater,
        (Shown::Number(a), Shown::Number(b)) | (Shown::Time(a), Shown::Time(b)) => a.cmp(b),
        (Shown::Bool(a), Shown::Bool(b)) => a.cmp(b),
        (Shown::Text(a), Shown::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        _ => panic!("{a:?} and {b:?}"),
    }
}

/// The rows that `query` asks for. `rows` are in their default order; `id` is the field that decides among equals.
fn naive<T: Clone>(rows: &[T], query: &Query, id: &str, field: fn(&T, &str) -> Shown) -> Vec<T> {
    let mut kept: Vec<T> = rows
        .iter()
        .filter(|row| query.filters.iter().all(|f| holds(&field(row, &f.field), f)))
        .cloned()
        .collect();
    if let Some(first) = query.order.first() {
        let mut keys: Vec<(&str, bool)> = query.order.iter().map(|o| (o.field.as_str(), o.descending)).collect();
        keys.push((id, first.descending));
        kept.sort_by(|a, b| {
            keys.iter().fold(Ordering::Equal, |so_far, (key, descending)| {
                let order = in_order(&field(a, key), &field(b, key));
                so_far.then(if *descending { order.reverse() } else { order })
            })
        });
    }
    let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
    kept.into_iter().skip(query.offset as usize).take(limit).collect()
}

/// Queries over `fields`, with values near those of the rows; `contains` only on text and lists.
fn queries(fields: &'static [&'static str]) -> impl Strategy<Value = Query> {
    const OPS: [Op; 9] = [
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Le,
        Op::Gt,
        Op::Ge,
        Op::Contains,
        Op::In,
        Op::NotIn,
    ];
    let filter = (prop::sample::select(fields), prop::sample::select(&OPS[..])).prop_flat_map(|(field, op)| {
        let value = match field {
            "complete" | "claimed" | "waited_for" => any::<bool>().prop_map(Value::Bool).boxed(),
            "state_string" | "author" | "branch" | "category" | "project" | "files" => {
                prop::sample::select(&["", "a", "b", "ab", "B", "a.c", "%", "build"][..])
                    .prop_map(|text| Value::Text(text.into()))
                    .boxed()
            }
            _ if field.ends_with("_at") || field == "when_timestamp" => (0_i64..6).prop_map(Value::Number).boxed(),
            _ => (-2_i64..12).prop_map(Value::Number).boxed(),
        };
        let is_text = matches!(
            field,
            "state_string" | "author" | "branch" | "category" | "project" | "files"
        );
        let op = if op == Op::Contains && !is_text { Op::In } else { op };
        (Just((field, op)), prop::collection::vec(value, 1..3))
    });
    let filter = filter.prop_map(|((field, op), values)| Filter {
        field: field.into(),
        op,
        values,
    });
    let order = (prop::sample::select(fields), any::<bool>())
        .prop_filter("a list has no order", |(field, _)| *field != "files")
        .prop_map(|(field, descending)| Order {
            field: field.into(),
            descending,
        });
    (
        prop::collection::vec(filter, 0..4),
        prop::collection::vec(order, 0..3),
        prop::option::of(0_u64..20),
        prop_oneof![Just(0_u64), 0_u64..5],
    )
        .prop_map(|(filters, order, limit, offset)| Query {
            filters,
            order,
            limit,
            offset,
        })
}

/// Rows of all kinds: times around whole seconds, nulls in every column that may have them.
fn fill(c: &Connection) -> store::rusqlite::Result<()> {
    let master = masters::find_or_insert(c, "m", Time(0))?;
    let workers = [workers::find_or_insert(c, "v")?, workers::find_or_insert(c, "w")?];
    let builders = [builders::find_or_insert(c, "a")?, builders::find_or_insert(c, "b")?];
    for i in 0..40_i64 {
        let mut new = change(&format!("r{i}"));
        new.author = ["a", "ab", "b <B@x>", ""][i as usize % 4].into();
        new.branch = [None, Some("a"), Some("b")][i as usize % 3].map(str::to_owned);
        new.category = (i % 5 == 0).then(|| "ab".to_owned());
        new.files = [vec![], vec!["a"], vec!["a.c", "b"], vec!["ab"]][i as usize % 4]
            .iter()
            .map(|s| s.to_string())
            .collect();
        new.when = Time(i * 777 % 5000);
        changes::insert(c, &new, None, Time(i))?;
        let mut new = set(&[builders[i as usize % 2]], &[]);
        new.priority = i % 3;
        let (_, requests) = build_sets::insert(c, &new, Time(i * 613 % 5000))?;
        let request = [requests[0].id];
        if i % 4 == 0 {
            continue;
        }
        build_requests::claim(c, &request, master, Time(i * 500 % 5500))?;
        let worker = (i % 7 != 0).then_some(workers[i as usize % 2]);
        let build = builds::insert(
            c,
            builders[i as usize % 2],
            &request,
            worker,
            master,
            Time(i * 999 % 5000),
        )?;
        builds::set_locks_duration(c, build.id, i * 300)?;
        if i % 3 != 0 {
            let results = Results::ALL[i as usize % 7];
            builds::finish(
                c,
                build.id,
                results,
                ["build", "ab", "%"][i as usize % 3],
                Time(i * 431 % 6000),
            )?;
            build_requests::complete(c, &request, results, Time(i * 431 % 6000))?;
        }
    }
    Ok(())
}

/// Tries many queries on one filled store.
fn agree<T: Clone + std::fmt::Debug + PartialEq + Send + 'static>(
    fields: &'static [&'static str],
    id: &'static str,
    list: fn(&Connection, &Query) -> store::rusqlite::Result<Vec<T>>,
    field: fn(&T, &str) -> Shown,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let farm = Farm::new();
    let rows = runtime
        .block_on(
            farm.store
                .write(move |t| fill(t).and_then(|()| list(t, &Query::default()))),
        )
        .unwrap();
    assert!(rows.len() >= 30);
    let config = ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(query in queries(fields))| {
        let asked = query.clone();
        let found = runtime.block_on(farm.store.read(move |c| list(c, &asked))).unwrap();
        prop_assert_eq!(found, naive(&rows, &query, id, field));
    });
}

#[test]
fn builds_agree_with_a_naive_filter() {
    agree(BUILD_FIELDS, "buildid", builds::list, build_field);
}

#[test]
fn build_requests_agree_with_a_naive_filter() {
    agree(REQUEST_FIELDS, "buildrequestid", build_requests::list, request_field);
}

#[test]
fn changes_agree_with_a_naive_filter() {
    agree(CHANGE_FIELDS, "changeid", changes::list, change_field);
}

#[tokio::test]
async fn build_sets_are_found_by_completion_and_by_the_build_that_they_repeat() {
    let farm = Farm::new();
    let found = farm
        .store
        .write(|t| {
            let g = crate::farm::ground(t)?;
            let build = builds::insert(t, g.builder, &[g.request], None, g.master, Time(1))?;
            let mut again = set(&[g.builder], &[]);
            again.rebuilt_build = Some(build.id);
            let (again, _) = build_sets::insert(t, &again, Time(2))?;
            build_sets::complete(t, again.id, Results::Success, Time(3))?;
            let find = |field: &str, value: Value| {
                let filter = Filter {
                    field: field.into(),
                    op: Op::Eq,
                    values: vec![value],
                };
                let sets = build_sets::list(
                    t,
                    &Query {
                        filters: vec![filter],
                        ..Query::default()
                    },
                )?;
                Ok::<_, store::rusqlite::Error>(sets.iter().map(|s| s.id == again.id).collect::<Vec<_>>())
            };
            Ok([
                find("complete", Value::Bool(true))?,
                find("complete", Value::Bool(false))?,
                find("results", Value::Number(-1))?,
                find("rebuilt_buildid", Value::Number(build.id.0))?,
            ])
        })
        .await
        .unwrap();
    assert_eq!(found, [vec![true], vec![false], vec![false], vec![true]]);
}

#[tokio::test]
async fn an_unknown_field_is_an_error_that_names_it() {
    let farm = Farm::new();
    let filter = Filter {
        field: "complete_at; DROP TABLE builds".into(),
        op: Op::Eq,
        values: vec![Value::Number(1)],
    };
    let query = Query {
        filters: vec![filter],
        ..Query::default()
    };
    let error = farm.store.read(move |c| builds::list(c, &query)).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Other { reason } if reason.contains("DROP TABLE")),
        "{error:?}"
    );
    let query = Query {
        order: vec![Order {
            field: "nosuch".into(),
            descending: true,
        }],
        ..Query::default()
    };
    assert!(farm.store.read(move |c| changes::list(c, &query)).await.is_err());
}

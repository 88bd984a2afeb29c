//! Turns a [`Query`] into SQL, so that filters, order and paging run in the database.
//!
//! Each table names the fields it serves and the expression behind each; nothing else of a query reaches the SQL text,
//! values are always bound. Null columns follow SQL: a comparison with null holds for no operator (`rest-v2` §3).

use model::query::{Filter, Op, Query, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{CachedStatement, Connection, Error, Result, Row, params_from_iter};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Integers, text: the column compares as it is.
    Plain,
    /// Milliseconds in the column, whole seconds on the wire.
    Time,
    /// Whether the column is there at all: a condition, never null.
    IsSet,
    /// A JSON array of text.
    List,
}

/// A field of the wire and what it is in SQL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    sql: &'static str,
    shape: Shape,
}

impl Field {
    /// An integer or text; `sql` is its column or expression.
    pub(crate) const fn plain(name: &'static str, sql: &'static str) -> Field {
        Field {
            name,
            sql,
            shape: Shape::Plain,
        }
    }

    /// A time; its column has the same name.
    pub(crate) const fn time(name: &'static str) -> Field {
        Field {
            name,
            sql: name,
            shape: Shape::Time,
        }
    }

    /// Whether `column` is not null.
    pub(crate) const fn is_set(name: &'static str, column: &'static str) -> Field {
        Field {
            name,
            sql: column,
            shape: Shape::IsSet,
        }
    }

    /// A JSON array; its column has the same name.
    pub(crate) const fn list(name: &'static str) -> Field {
        Field {
            name,
            sql: name,
            shape: Shape::List,
        }
    }
}

/// A table that answers queries.
pub(crate) struct Table {
    /// For example `SELECT * FROM builds`.
    pub select: &'static str,
    /// What may be asked for.
    pub fields: &'static [Field],
    /// Order when none is asked for, and among equals: the id's column.
    pub id: &'static str,
    /// Whether the default order is newest first.
    pub newest_first: bool,
}

impl Table {
    /// The rows that `query` asks for, further restricted by the SQL condition `within` with its `bound` value.
    /// An unknown field is [`Error::InvalidColumnName`].
    pub(crate) fn list<T>(
        &self,
        c: &Connection,
        query: &Query,
        within: Option<(&'static str, i64)>,
        of_row: impl Fn(&Connection, &Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut sql = Building {
            text: self.select.to_owned(),
            values: Vec::new(),
        };
        let mut glue = " WHERE ";
        if let Some((condition, bound)) = within {
            sql.push(glue);
            sql.push(condition);
            sql.values.push(Sql::Integer(bound));
            glue = " AND ";
        }
        for filter in &query.filters {
            let field = self.field(&filter.field)?;
            if is_ignored(filter) {
                continue;
            }
            sql.push(glue);
            sql.condition(field, filter);
            glue = " AND ";
        }
        self.order(&mut sql, query)?;
        sql.push(" LIMIT ? OFFSET ?");
        let limit = query.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        sql.values.push(Sql::Integer(limit));
        sql.values
            .push(Sql::Integer(i64::try_from(query.offset).unwrap_or(i64::MAX)));
        let mut statement: CachedStatement = c.prepare_cached(&sql.text)?;
        let rows = statement.query_map(params_from_iter(sql.values), |row| of_row(c, row))?;
        rows.collect()
    }

    fn order(&self, sql: &mut Building, query: &Query) -> Result<()> {
        sql.push(" ORDER BY ");
        for order in &query.order {
            sql.expression(self.field(&order.field)?);
            sql.push(if order.descending { " DESC, " } else { ", " });
        }
        sql.push(self.id);
        // Among equals, the direction of the first key reads best and lets an index serve both.
        let descending = query.order.first().map_or(self.newest_first, |first| first.descending);
        if descending {
            sql.push(" DESC");
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Result<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| Error::InvalidColumnName(name.to_owned()))
    }
}

/// `lt le gt ge` with several values are no condition at all (`rest-v2` §3).
fn is_ignored(filter: &Filter) -> bool {
    matches!(filter.op, Op::Lt | Op::Le | Op::Gt | Op::Ge) && filter.values.len() != 1
}

/// SQL text and the values for its question marks.
struct Building {
    text: String,
    values: Vec<Sql>,
}

impl Building {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn condition(&mut self, field: &Field, filter: &Filter) {
        match (field.shape, filter.op) {
            (Shape::List, Op::Contains) => {
                self.push("EXISTS (SELECT 1 FROM json_each(");
                self.push(field.sql);
                self.push(") WHERE json_each.value IN ");
                self.values(&filter.values);
                self.push(")");
            }
            // No single value is a whole list.
            (Shape::List, Op::Ne | Op::NotIn) => self.push("1"),
            (Shape::List, _) => self.push("0"),
            (_, Op::Contains) => self.any(filter, |sql, value| {
                sql.push("instr(");
                sql.push(field.sql);
                sql.push(", ?) > 0");
                sql.values.push(bound(value));
            }),
            (Shape::Time, Op::Eq | Op::In) => self.any(filter, |sql, value| sql.within_second(field, value)),
            (Shape::Time, Op::Ne | Op::NotIn) => {
                self.push("NOT ");
                self.any(filter, |sql, value| sql.within_second(field, value));
            }
            (Shape::Time, op) => self.compare_time(field, op, &filter.values),
            (Shape::IsSet, Op::Eq | Op::In) if filter.values.len() == 1 => {
                // Written out, so that an index on the column can serve.
                let is_set = bound(&filter.values[0]) != Sql::Integer(0);
                self.push(field.sql);
                self.push(if is_set { " IS NOT NULL" } else { " IS NULL" });
            }
            (_, op) => {
                self.expression(field);
                self.compare(op, &filter.values);
            }
        }
    }

    /// What the field is worth.
    fn expression(&mut self, field: &Field) {
        match field.shape {
            Shape::IsSet => {
                self.push("(");
                self.push(field.sql);
                self.push(" IS NOT NULL)");
            }
            _ => self.push(field.sql),
        }
    }

    /// `(… OR …)`; false without any.
    fn any(&mut self, filter: &Filter, each: impl Fn(&mut Building, &Value)) {
        self.push("(0");
        for value in &filter.values {
            self.push(" OR ");
            each(self, value);
        }
        self.push(")");
    }

    fn within_second(&mut self, field: &Field, value: &Value) {
        let start = seconds(value);
        self.push("(");
        self.push(field.sql);
        self.push(" >= ? AND ");
        self.push(field.sql);
        self.push(" < ?)");
        self.values.push(Sql::Integer(start.saturating_mul(1000)));
        self.values
            .push(Sql::Integer(start.saturating_add(1).saturating_mul(1000)));
    }

    fn compare_time(&mut self, field: &Field, op: Op, values: &[Value]) {
        let start = values.first().map_or(0, seconds);
        let (text, bound) = match op {
            Op::Lt => (" < ?", start),
            Op::Le => (" < ?", start.saturating_add(1)),
            Op::Gt => (" >= ?", start.saturating_add(1)),
            _ => (" >= ?", start),
        };
        self.push(field.sql);
        self.push(text);
        self.values.push(Sql::Integer(bound.saturating_mul(1000)));
    }

    fn compare(&mut self, op: Op, values: &[Value]) {
        self.push(match op {
            Op::Lt => " < ",
            Op::Le => " <= ",
            Op::Gt => " > ",
            Op::Ge => " >= ",
            Op::Ne | Op::NotIn => " NOT IN ",
            Op::Eq | Op::In | Op::Contains => " IN ",
        });
        match op {
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                self.push("?");
                self.values.extend(values.first().map(bound));
            }
            _ => self.values(values),
        }
    }

    fn values(&mut self, values: &[Value]) {
        self.push("(");
        for (i, value) in values.iter().enumerate() {
            self.push(if i == 0 { "?" } else { ", ?" });
            self.values.push(bound(value));
        }
        self.push(")");
    }
}

fn bound(value: &Value) -> Sql {
    match value {
        Value::Number(number) => Sql::Integer(*number),
        Value::Bool(yes) => Sql::Integer((*yes).into()),
        Value::Text(text) => Sql::Text(text.clone()),
    }
}

/// Times are whole numbers on the wire; anything else names no time.
fn seconds(value: &Value) -> i64 {
    match value {
        Value::Number(number) => *number,
        Value::Bool(yes) => (*yes).into(),
        Value::Text(text) => text.parse().unwrap_or_default(),
    }
}

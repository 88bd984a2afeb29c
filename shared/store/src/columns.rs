//! How the model's values lie in columns: times as milliseconds, results as numbers, structures as JSON text.

use model::{Properties, Results, Time};
use rusqlite::types::Type;
use rusqlite::{Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time that is always there.
pub(crate) fn time(row: &Row, column: &str) -> Result<Time> {
    row.get(column).map(Time)
}

/// A time that may be missing.
pub(crate) fn time_if_any(row: &Row, column: &str) -> Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Time))
}

/// Results, once there are any.
pub(crate) fn results(row: &Row, column: &str) -> Result<Option<Results>> {
    let Some(code) = row.get::<_, Option<i64>>(column)? else {
        return Ok(None);
    };
    Results::try_from(code).map(Some).map_err(|e| broken(Type::Integer, e))
}

/// A structure kept as JSON text.
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|e| broken(Type::Text, e))
}

/// JSON text of a structure.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

/// The number under which results are kept.
pub(crate) fn code(results: Results) -> i64 {
    u8::from(results).into()
}

/// Adds the property in `row` (columns `name`, `value`, `source`) to `properties`.
pub(crate) fn add_property(properties: &mut Properties, row: &Row) -> Result<()> {
    let value: model::Json = json(row, "value")?;
    properties.set(row.get::<_, String>("name")?, value, row.get::<_, String>("source")?);
    Ok(())
}

fn broken(kind: Type, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error))
}

/// A JSON state that may be missing, as may its row.
pub(crate) fn state(c: &rusqlite::Connection, sql: &str, id: i64) -> Result<Option<model::Json>> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        Some(row) if row.get_ref("state")? != rusqlite::types::ValueRef::Null => json(row, "state").map(Some),
        _ => Ok(None),
    }
}

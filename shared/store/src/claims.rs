//! Table `claims`: who said “I have it” about a broken builder of this master, for everybody who follows it.

use crate::schema::Migration;
use model::{BuilderId, Claim, Time};
use rusqlite::{Connection, Result, Row};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2,
    sql: "
        CREATE TABLE claims (
            builderid INTEGER PRIMARY KEY REFERENCES builders (builderid) ON DELETE CASCADE,
            claimed_by TEXT NOT NULL,
            claimed_at INTEGER NOT NULL
        ) STRICT;
    ",
}];

/// All of them that began at `since` or later, by builder.
pub fn since(c: &Connection, since: Time) -> Result<Vec<Claim>> {
    c.prepare_cached("SELECT * FROM claims WHERE claimed_at >= ?1 ORDER BY builderid")?
        .query_map([since.0], claim)?
        .collect()
}

/// Puts it in place of the one on the same builder.
pub fn put(c: &Connection, claim: &Claim) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO claims VALUES (?1, ?2, ?3)")?
        .execute((claim.builder.0, &claim.by, claim.at.0))?;
    Ok(())
}

/// Ends it; says whether there was one.
pub fn remove(c: &Connection, builder: BuilderId) -> Result<bool> {
    let gone = c
        .prepare_cached("DELETE FROM claims WHERE builderid = ?1")?
        .execute([builder.0])?;
    Ok(gone > 0)
}

fn claim(row: &Row<'_>) -> Result<Claim> {
    Ok(Claim {
        builder: BuilderId(row.get("builderid")?),
        by: row.get("claimed_by")?,
        at: Time(row.get("claimed_at")?),
    })
}

//! What SQLite's planner is told of the tables: how many rows share a value in a farm with a long history.
//!
//! Fixed, not gathered by `ANALYZE`: plans are then the same on every machine and right before there is a history.
//! Without, a page over all builders would sort their whole history to show the last few builds.

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    // Rows in the table, then rows that share the first column of the index, the first two, and so on.
    sql: "
        ANALYZE;
        INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('builds', 'sqlite_autoindex_builds_1', '100000 2000 1'),
            ('builds', 'builds_by_builder', '100000 2000'),
            ('builds', 'builds_by_builder_and_start', '100000 2000 1'),
            ('builds', 'builds_by_request', '100000 1'),
            ('builds', 'builds_by_worker', '100000 10000'),
            ('builds', 'builds_by_start', '100000 1'),
            ('builds', 'builds_by_completion', '100000 2 1'),
            ('build_requests', 'build_requests_by_build_set', '100000 2'),
            ('build_requests', 'build_requests_by_builder', '100000 2000'),
            ('build_requests', 'build_requests_by_claim', '100000 2'),
            ('build_requests', 'build_requests_by_completion', '100000 2'),
            ('build_requests', 'build_requests_by_submission', '100000 2');
        ANALYZE sqlite_schema;
    ",
}];

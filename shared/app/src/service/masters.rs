//! Joining, signing in, leaving.

use super::App;
use crate::api::masters::{Join, LookAt, Looked, MasterQuery, MasterRow, Masters, RenameMaster, SignIn};
use crate::api::{Nothing, Refusal};

fn not_joined(master: &str) -> Refusal {
    Refusal::not_found(format!("'{master}' is not joined"))
}

pub(super) fn masters(_: &App) -> Result<Masters, Refusal> {
    Ok(Masters {
        now: super::clock::now().0,
        masters: Vec::new(),
        hints: Vec::new(),
    })
}

pub(super) async fn look_at(_: &App, look: LookAt) -> Result<Looked, Refusal> {
    Err(not_joined(&look.url))
}

pub(super) async fn join(_: &App, join: Join) -> Result<MasterRow, Refusal> {
    Err(not_joined(&join.url))
}

pub(super) async fn leave(_: &App, leave: MasterQuery) -> Result<Nothing, Refusal> {
    Err(not_joined(&leave.master))
}

pub(super) async fn rename(_: &App, rename: RenameMaster) -> Result<MasterRow, Refusal> {
    Err(not_joined(&rename.master))
}

pub(super) async fn sign_in(_: &App, sign_in: SignIn) -> Result<MasterRow, Refusal> {
    Err(not_joined(&sign_in.master))
}

pub(super) async fn sign_out(_: &App, query: MasterQuery) -> Result<MasterRow, Refusal> {
    Err(not_joined(&query.master))
}

pub(super) async fn reconnect(_: &App, query: MasterQuery) -> Result<MasterRow, Refusal> {
    Err(not_joined(&query.master))
}

//! Lending this machine: the list, and what a person does with it.

use super::{App, clock};
use crate::api::lending::{AddLending, ChangeLending, LendingFields, LendingQuery, Lendings, OrderLending};
use crate::api::{Nothing, Refusal};
use crate::lending::{Kept, forget_password, secret};
use crate::secrets;

pub(super) fn list(app: &App) -> Lendings {
    Lendings {
        now: clock::now().0,
        lendings: app.lending().rows().to_vec(),
    }
}

pub(super) async fn add(app: &App, input: AddLending) -> Result<Lendings, Refusal> {
    // Small enough to be said, large enough that none comes twice.
    let id = i64::from(rand::random::<u32>() >> 1);
    let kept = kept(app, id, &input.fields)?;
    let password = input.fields.password.filter(|password| !password.is_empty());
    let Some(password) = password else {
        let why = "give the password that the master's configuration has for this machine".to_owned();
        let mut refusal = Refusal::invalid("this machine cannot be lent without a password");
        refusal.fields.insert("password".to_owned(), why);
        return Err(refusal);
    };
    keep_password(app, id, &password, kept.session_only).await?;
    put(app, kept, Some(password)).await
}

pub(super) async fn change(app: &App, input: ChangeLending) -> Result<Lendings, Refusal> {
    let id = input.lending;
    let rows = app.lending().rows();
    let known = rows.iter().find(|row| row.lending == id);
    let known = known.ok_or_else(|| Refusal::not_found(format!("there is no lending {id}")))?;
    let mut kept = kept(app, id, &input.fields)?;
    let password = input.fields.password.filter(|password| !password.is_empty());
    match &password {
        Some(password) => keep_password(app, id, password, kept.session_only).await?,
        // Where the password is kept changes only with the password.
        None => kept.session_only = known.session_only,
    }
    put(app, kept, password).await
}

pub(super) async fn remove(app: &App, input: LendingQuery) -> Result<Nothing, Refusal> {
    app.lending().remove(input.lending).await?;
    let profile = app.places.profile.clone();
    // A keychain that is locked waits for a person; the removal does not.
    tokio::task::spawn_blocking(move || forget_password(&profile, input.lending));
    Ok(Nothing {})
}

pub(super) async fn order(app: &App, input: OrderLending) -> Result<Lendings, Refusal> {
    app.lending().order(input.lending, input.verb).await?;
    Ok(list(app))
}

fn kept(app: &App, id: i64, fields: &LendingFields) -> Result<Kept, Refusal> {
    let own = app.places.data.join("lending").join(format!("{id}"));
    Kept::new(id, fields, &own)
}

async fn put(app: &App, kept: Kept, password: Option<String>) -> Result<Lendings, Refusal> {
    app.lending().put(kept, password).await?;
    Ok(list(app))
}

async fn keep_password(app: &App, id: i64, password: &str, session_only: bool) -> Result<(), Refusal> {
    let profile = app.places.profile.clone();
    if session_only {
        tokio::task::spawn_blocking(move || forget_password(&profile, id));
        return Ok(());
    }
    let password = password.to_owned();
    let kept = tokio::task::spawn_blocking(move || secrets::write(&profile, &secret(id), password)).await;
    let kept = kept.map_err(|error| Refusal::failed(error.to_string()))?;
    kept.map_err(|error| {
        Refusal::unavailable(format!("the password cannot be kept: {error}"))
            .hint("Or choose to keep it only until Outpost ends; then it has to be given again at the next start.")
    })
}

//! Orders to a joined master, by its own forms and rules.

use super::super::App;
use super::super::actions::owner;
use super::{nothing, ordered, refused};
use crate::api::actions::{
    Cancel, Field, Force, Forced, Form, FormName, FormQuery, Rebuild, SchedulerRow, Schedulers, SetPriority, Stop,
    SwitchScheduler,
};
use crate::api::{Nothing, Refusal};
use crate::joined::Member;
use client::rest;
use client::rest::force_scheduler::{FieldKind, Layout};
use model::{BuildId, BuilderId, Json, RequestId, SchedulerId};

/// Most schedulers that are listed.
const SCHEDULERS: usize = 1000;

pub(in crate::service) async fn form(app: &App, member: &Member, query: FormQuery) -> Result<Form, Refusal> {
    let forms = forms(member, query.builder).await?;
    let form = chosen(member, &forms, query.builder, query.scheduler.as_deref())?;
    let base = member.joined.http().base();
    let page = || {
        base.page(&format!("builders/{}/force/{}", query.builder, form.name))
            .to_string()
    };
    let choice = |form: &rest::ForceScheduler| FormName {
        scheduler: form.name.clone(),
        label: or(&form.label, &form.name),
    };
    Ok(Form {
        scheduler: form.name.clone(),
        choices: forms.iter().map(choice).collect(),
        page: form.unknown().is_some().then(page),
        label: or(&form.label, &form.name),
        button: or(&form.button, "Build"),
        fields: form.fields.iter().map(|one| field(app, one)).collect(),
    })
}

/// The forms that are switched on and may ask this builder.
async fn forms(member: &Member, builder: i64) -> Result<Vec<rest::ForceScheduler>, Refusal> {
    let read = member.http().forms(BuilderId(builder)).await;
    let mut forms = read.map_err(|error| refused(member, error))?;
    forms.retain(|form| form.enabled);
    Ok(forms)
}

fn chosen<'a>(
    member: &Member,
    forms: &'a [rest::ForceScheduler],
    builder: i64,
    wanted: Option<&str>,
) -> Result<&'a rest::ForceScheduler, Refusal> {
    let found = match wanted {
        Some(name) => forms.iter().find(|form| form.name == name),
        None => forms.first(),
    };
    found.ok_or_else(|| {
        let builder = BuilderId(builder);
        let name = member.joined.with(|picture| super::marks::name_of(picture, builder));
        match wanted {
            Some(wanted) => Refusal::not_found(format!("no force scheduler '{wanted}' may ask '{name}'")),
            None => Refusal::unavailable(format!("'{name}' cannot be forced: no force scheduler names it")).hint(
                format!("Ask who runs {} for a force scheduler with this builder.", member.key),
            ),
        }
    })
}

fn or(text: &str, other: &str) -> String {
    if text.is_empty() {
        other.to_owned()
    } else {
        text.to_owned()
    }
}

fn field(app: &App, told: &rest::Field) -> Field {
    let (kind, choices, strict, fields) = match &told.kind {
        FieldKind::Text => ("text", Vec::new(), false, &[][..]),
        FieldKind::TextArea => ("textarea", Vec::new(), false, &[][..]),
        FieldKind::Int => ("int", Vec::new(), false, &[][..]),
        FieldKind::Bool => ("bool", Vec::new(), false, &[][..]),
        FieldKind::Username { .. } => ("username", Vec::new(), false, &[][..]),
        FieldKind::List { choices, strict } => ("list", choices.clone(), *strict, &[][..]),
        FieldKind::File => ("file", Vec::new(), false, &[][..]),
        FieldKind::Fixed => ("fixed", Vec::new(), false, &[][..]),
        FieldKind::Inherit { choices } => ("inherit", choices.clone(), false, &[][..]),
        FieldKind::Nested { fields, .. } => ("nested", Vec::new(), false, fields.as_slice()),
        FieldKind::Unknown(_) => ("unknown", Vec::new(), false, &[][..]),
    };
    let layout = match &told.kind {
        FieldKind::Nested {
            layout: Layout::Simple, ..
        } => "simple",
        FieldKind::Nested {
            layout: Layout::Tabs, ..
        } => "tabs",
        _ => "vertical",
    };
    let label = [&told.label, &told.tab_label, &told.name]
        .into_iter()
        .find(|text| !text.is_empty());
    Field {
        full_name: told.full_name.clone(),
        label: label.cloned().unwrap_or_default(),
        kind: kind.to_owned(),
        layout: layout.to_owned(),
        max_size: told.max_size,
        default: default(app, told),
        required: told.required,
        multiple: told.multiple,
        hide: told.hide,
        tooltip: told.tooltip.clone(),
        choices,
        strict,
        fields: fields.iter().map(|one| field(app, one)).collect(),
    }
}

/// As text; several values stand one a line. Who asks is the person, if the master proposes nobody.
fn default(app: &App, told: &rest::Field) -> String {
    let text = |value: &Json| match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let default = match &told.default {
        Json::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("\n"),
        other => text(other),
    };
    match &told.kind {
        FieldKind::Username { .. } if default.is_empty() => owner(app),
        FieldKind::Bool => (default == "true").to_string(),
        _ => default,
    }
}

pub(in crate::service) async fn force(app: &App, member: &Member, force: Force) -> Result<Forced, Refusal> {
    let forms = forms(member, force.builder).await?;
    let form = chosen(member, &forms, force.builder, force.scheduler.as_deref())?;
    let leaves = form.leaves();
    let is_field = |name: &String| leaves.iter().any(|field| field.full_name == **name);
    if let Some(name) = force.values.keys().find(|name| !is_field(name)) {
        return Err(Refusal::invalid(format!("the form has no field '{name}'")));
    }
    let mut values = force.values;
    let username = leaves
        .iter()
        .find(|field| matches!(field.kind, FieldKind::Username { .. }));
    if let Some(field) = username {
        values
            .entry(field.full_name.clone())
            .or_insert_with(|| default(app, field));
    }
    let builder = BuilderId(force.builder);
    let done = member.http().force(form, builder, &values).await;
    forced(ordered(app, member, "force", done)?, Some(builder))
}

fn forced(made: client::Forced, builder: Option<BuilderId>) -> Result<Forced, Refusal> {
    let wanted = match builder {
        Some(builder) => made.requests.get(&builder),
        None => made.requests.values().next(),
    };
    let request = wanted.ok_or_else(|| Refusal::failed("the build was asked for, but without a request"))?;
    Ok(Forced {
        build_set: made.build_set.0,
        request: request.0,
    })
}

pub(in crate::service) async fn stop(app: &App, member: &Member, stop: Stop) -> Result<Nothing, Refusal> {
    let done = member.http().stop(BuildId(stop.build), &stop.reason).await;
    ordered(app, member, "stop", done).map(nothing)
}

pub(in crate::service) async fn rebuild(app: &App, member: &Member, rebuild: Rebuild) -> Result<Forced, Refusal> {
    let done = member.http().rebuild(BuildId(rebuild.build)).await;
    forced(ordered(app, member, "rebuild", done)?, None)
}

pub(in crate::service) async fn cancel(app: &App, member: &Member, cancel: Cancel) -> Result<Nothing, Refusal> {
    let done = member.http().cancel(RequestId(cancel.request), &cancel.reason).await;
    ordered(app, member, "cancel", done).map(nothing)
}

pub(in crate::service) async fn set_priority(
    app: &App,
    member: &Member,
    order: SetPriority,
) -> Result<Nothing, Refusal> {
    let done = member
        .http()
        .set_priority(RequestId(order.request), order.priority)
        .await;
    ordered(app, member, "set_priority", done).map(nothing)
}

pub(in crate::service) async fn schedulers(member: &Member) -> Result<Schedulers, Refusal> {
    let path = format!("schedulers?limit={SCHEDULERS}");
    let read = member.http().rows(&path, "schedulers").await;
    let rows: Vec<rest::Scheduler> = read.map_err(|error| refused(member, error))?;
    let row = |row: rest::Scheduler| SchedulerRow {
        scheduler: row.id.0,
        name: row.name,
        enabled: row.enabled,
        asleep: row.master.is_none(),
    };
    Ok(Schedulers {
        schedulers: rows.into_iter().map(row).collect(),
    })
}

pub(in crate::service) async fn switch_scheduler(
    app: &App,
    member: &Member,
    order: SwitchScheduler,
) -> Result<Nothing, Refusal> {
    let done = member
        .http()
        .switch_scheduler(SchedulerId(order.scheduler), order.enabled)
        .await;
    ordered(app, member, "switch_scheduler", done).map(nothing)
}

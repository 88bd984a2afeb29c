//! Orders to the master.

use super::App;
use super::joined::{Whose, actions as there};
use crate::api::actions::{
    Cancel, Field, Force, Forced, Form, FormName, FormQuery, Rebuild, SchedulerRow, Schedulers, SetPriority, Stop,
    SwitchScheduler,
};
use crate::api::masters::MasterQuery;
use crate::api::{Nothing, Refusal};
use master::scheduler::force::Params;
use master::{ForceRequest, Requested};
use model::config::{ForceField, ForceKind, ForceScheduler, SchedulerConfig, SchedulerKind};
use model::{BuildId, BuilderId, Json, RequestId};
use std::collections::BTreeMap;

pub(super) async fn form(app: &App, query: FormQuery) -> Result<Form, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::form(app, &member, query).await;
    }
    let (scheduler, force) = scheduler_of(app, query.builder).await?;
    let or = |text: &str, other: &str| {
        if text.is_empty() {
            other.to_owned()
        } else {
            text.to_owned()
        }
    };
    Ok(Form {
        label: or(&force.label, &scheduler.name),
        button: or(&force.button_name, "Build"),
        fields: force.fields.iter().map(|one| field(one, "")).collect(),
        choices: vec![FormName {
            scheduler: scheduler.name.clone(),
            label: or(&force.label, &scheduler.name),
        }],
        page: None,
        scheduler: scheduler.name,
    })
}

/// The force scheduler that may ask this builder.
async fn scheduler_of(app: &App, builder: i64) -> Result<(SchedulerConfig, ForceScheduler), Refusal> {
    let id = BuilderId(builder);
    let row = app.store().read(move |c| store::builders::get(c, id)).await?;
    let row = row.ok_or_else(|| Refusal::not_found(format!("there is no builder {id}")))?;
    let config = app.master.config();
    for scheduler in config
        .schedulers
        .iter()
        .filter(|scheduler| scheduler.builders.contains(&row.name))
    {
        if let SchedulerKind::Force(force) = &scheduler.kind {
            return Ok((scheduler.clone(), (**force).clone()));
        }
    }
    Err(
        Refusal::unavailable(format!("'{}' cannot be forced: no force scheduler names it", row.name))
            .hint("Add schedulers.ForceScheduler(…) with this builder to its configuration."),
    )
}

/// A field as a face shows it; `fullName`s are joined as in REST (`rest-v2` §9).
fn field(field_config: &ForceField, parent: &str) -> Field {
    let full_name = match (parent, field_config.name.as_str()) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{parent}_{name}"),
    };
    let (kind, choices, strict, fields) = match &field_config.kind {
        ForceKind::Text => ("text", Vec::new(), false, Vec::new()),
        ForceKind::TextArea(..) => ("textarea", Vec::new(), false, Vec::new()),
        ForceKind::Int => ("int", Vec::new(), false, Vec::new()),
        ForceKind::Bool => ("bool", Vec::new(), false, Vec::new()),
        ForceKind::Username { .. } => ("username", Vec::new(), false, Vec::new()),
        ForceKind::List { choices, strict } => ("list", choices.clone(), *strict, Vec::new()),
        ForceKind::Fixed => ("fixed", Vec::new(), false, Vec::new()),
        ForceKind::Nested { fields, .. } => (
            "nested",
            Vec::new(),
            false,
            fields.iter().map(|one| field(one, &full_name)).collect(),
        ),
    };
    Field {
        full_name,
        label: if field_config.label.is_empty() {
            field_config.name.clone()
        } else {
            field_config.label.clone()
        },
        kind: kind.to_owned(),
        layout: "vertical".to_owned(),
        max_size: None,
        default: match &field_config.default {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        },
        required: field_config.required,
        multiple: field_config.multiple,
        hide: field_config.hide,
        tooltip: field_config.tooltip.clone(),
        choices,
        strict,
        fields,
    }
}

pub(super) async fn force(app: &App, force: Force) -> Result<Forced, Refusal> {
    if let Whose::There(member) = app.master_of(&force.master)? {
        return there::force(app, &member, force).await;
    }
    let (scheduler, config) = scheduler_of(app, force.builder).await?;
    let mut fields = BTreeMap::new();
    for one in &config.fields {
        collect(field(one, ""), &mut fields);
    }
    let mut params = Params::new();
    for (name, text) in force.values {
        let value = match fields.get(&name) {
            Some(field) if field.kind == "bool" => Json::Bool(text == "true"),
            // A face sends the chosen values one a line.
            Some(field) if field.multiple => text.lines().map(str::to_owned).collect(),
            Some(_) => Json::String(text),
            None => return Err(Refusal::invalid(format!("the form has no field '{name}'"))),
        };
        params.insert(name, value);
    }
    params.insert("builderid".to_owned(), force.builder.into());
    let request = ForceRequest {
        scheduler: scheduler.name,
        owner: owner(app),
        params,
    };
    let forced = app.master.force(request).await?;
    forced_row(forced, Some(BuilderId(force.builder)))
}

fn collect(field: Field, fields: &mut BTreeMap<String, Field>) {
    field.fields.iter().for_each(|child| collect(child.clone(), fields));
    fields.insert(field.full_name.clone(), field);
}

/// Who asks: my first mail address or name.
pub(crate) fn owner(app: &App) -> String {
    let identities = &super::read(&app.desk.settings).identities;
    identities
        .iter()
        .find(|text| text.contains('@'))
        .or(identities.first())
        .cloned()
        .unwrap_or_else(|| "you".to_owned())
}

fn forced_row(forced: Requested, builder: Option<BuilderId>) -> Result<Forced, Refusal> {
    let wanted = forced
        .requests
        .iter()
        .find(|(id, _)| builder.is_none_or(|builder| *id == builder));
    let (_, request) = *wanted.ok_or_else(|| Refusal::failed("the build was asked for, but without a request"))?;
    Ok(Forced {
        build_set: forced.set.0,
        request: request.0,
    })
}

pub(super) async fn stop(app: &App, stop: Stop) -> Result<Nothing, Refusal> {
    if let Whose::There(member) = app.master_of(&stop.master)? {
        return there::stop(app, &member, stop).await;
    }
    app.master.stop_build(BuildId(stop.build), reason(&stop.reason)).await?;
    Ok(Nothing {})
}

pub(super) async fn rebuild(app: &App, rebuild: Rebuild) -> Result<Forced, Refusal> {
    if let Whose::There(member) = app.master_of(&rebuild.master)? {
        return there::rebuild(app, &member, rebuild).await;
    }
    let forced = app.master.rebuild(BuildId(rebuild.build)).await?;
    forced_row(forced, None)
}

pub(super) async fn cancel(app: &App, cancel: Cancel) -> Result<Nothing, Refusal> {
    if let Whose::There(member) = app.master_of(&cancel.master)? {
        return there::cancel(app, &member, cancel).await;
    }
    app.master
        .cancel_request(RequestId(cancel.request), reason(&cancel.reason))
        .await?;
    Ok(Nothing {})
}

fn reason(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

pub(super) async fn set_priority(app: &App, order: SetPriority) -> Result<Nothing, Refusal> {
    if let Whose::There(member) = app.master_of(&order.master)? {
        return there::set_priority(app, &member, order).await;
    }
    app.master
        .set_priority(RequestId(order.request), order.priority)
        .await?;
    Ok(Nothing {})
}

pub(super) async fn schedulers(app: &App, query: MasterQuery) -> Result<Schedulers, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return there::schedulers(&member).await;
    }
    let rows = app.store().read(store::schedulers::list).await?;
    let row = |row: model::Scheduler| SchedulerRow {
        scheduler: row.id.0,
        name: row.name,
        enabled: row.enabled,
        asleep: !row.configured,
    };
    Ok(Schedulers {
        schedulers: rows.into_iter().filter(|row| row.configured).map(row).collect(),
    })
}

pub(super) async fn switch_scheduler(app: &App, order: SwitchScheduler) -> Result<Nothing, Refusal> {
    if let Whose::There(member) = app.master_of(&order.master)? {
        return there::switch_scheduler(app, &member, order).await;
    }
    app.master
        .set_scheduler_enabled(model::SchedulerId(order.scheduler), order.enabled)
        .await?;
    Ok(Nothing {})
}

//! One builder's page.

use super::App;
use super::joined::{self, Whose};
use super::marks::Marks;
use super::overview;
use crate::api::Refusal;
use crate::api::overview::{BuildMark, BuilderPage, BuilderQuery};
use model::Build;
use model::query::{Filter, Op, Order, Query, Value};
use store::builds;
use store::rusqlite::{Connection, Result as SqlResult};

/// Builds on a page.
const PAGE: u64 = 50;

pub(super) async fn builder(app: &App, query: BuilderQuery) -> Result<BuilderPage, Refusal> {
    if let Whose::There(member) = app.master_of(&query.master)? {
        return joined::builder::builder(app, &member, query).await;
    }
    let overview = overview::here(app).await?;
    let row = overview.builders.into_iter().find(|row| row.builder == query.builder);
    let row = row.ok_or_else(|| Refusal::not_found(format!("there is no builder {}", query.builder)))?;
    let (marks, mut list) = app.store().read(move |c| history(c, &query)).await?;
    let more = list.len() as u64 > PAGE;
    list.truncate(PAGE as usize);
    let config = app.master.config();
    let configured = config.builders.iter().find(|builder| builder.name == row.name);
    Ok(BuilderPage {
        builds: list
            .iter()
            .map(|build| marks.mark(app, build))
            .collect::<Vec<BuildMark>>(),
        more,
        waiting: overview
            .waiting
            .into_iter()
            .filter(|wait| wait.builder == row.builder)
            .collect(),
        steps: configured.map(step_names).unwrap_or_default(),
        configured_at: configured.map(|builder| format!("{}:{}", builder.location.file, builder.location.line)),
        row,
    })
}

fn history(c: &Connection, query: &BuilderQuery) -> SqlResult<(Marks, Vec<Build>)> {
    let is = |field: &str, op, number| Filter {
        field: field.to_owned(),
        op,
        values: vec![Value::Number(number)],
    };
    let mut filters = vec![is("builderid", Op::Eq, query.builder)];
    filters.extend(query.before.map(|before| is("number", Op::Lt, before)));
    let order = vec![Order {
        field: "number".to_owned(),
        descending: true,
    }];
    let list = builds::list(
        c,
        &Query {
            filters,
            order,
            limit: Some(PAGE + 1),
            offset: 0,
        },
    )?;
    Ok((Marks::read(c, &list)?, list))
}

fn step_names(builder: &model::config::BuilderConfig) -> Vec<String> {
    let name = |render: &model::config::Render| match render {
        model::config::Render::Const(value) => value.as_str().unwrap_or("step").to_owned(),
        _ => "(named when it runs)".to_owned(),
    };
    builder.steps.iter().map(|step| name(&step.common.name)).collect()
}

//! What a master can be asked to do (§8, §9).

use crate::rest::force_scheduler::{Field, FieldKind, ForceScheduler};
use crate::{Error, Http};
use model::{BuildId, BuildSetId, BuilderId, Json, RequestId, SchedulerId, WorkerId};
use serde_json::{Map, json};
use std::collections::BTreeMap;

/// Builds that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// What was made.
    pub build_set: BuildSetId,
    /// Its request at each builder.
    pub requests: BTreeMap<BuilderId, RequestId>,
}

/// What a worker can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerOrder {
    /// To leave after its build.
    Stop,
    /// To leave now.
    Kill,
    /// To take no new builds.
    Pause,
    /// To take builds again.
    Unpause,
}

impl WorkerOrder {
    fn method(self) -> &'static str {
        match self {
            WorkerOrder::Stop => "stop",
            WorkerOrder::Kill => "kill",
            WorkerOrder::Pause => "pause",
            WorkerOrder::Unpause => "unpause",
        }
    }
}

impl Http {
    /// The forms that ask for builds of a builder.
    pub async fn forms(&self, builder: BuilderId) -> Result<Vec<ForceScheduler>, Error> {
        let path = format!("builders/{builder}/forceschedulers?limit=200");
        self.rows(&path, "forceschedulers").await
    }

    /// Asks for a build of one builder. `values` are by full name; what is not in them takes its default. Values that the
    /// master does not like are [`Error::Refused`] with a sentence for each.
    pub async fn force(
        &self,
        form: &ForceScheduler,
        builder: BuilderId,
        values: &BTreeMap<String, String>,
    ) -> Result<Forced, Error> {
        let mut params = filled_in(form, values);
        params.insert("builderid".to_owned(), builder.0.into());
        self.send_form(form, params).await
    }

    /// Asks for one set of builds of several builders by their names, as [`Http::force`] does for one.
    pub async fn force_named(
        &self,
        form: &ForceScheduler,
        builders: &[String],
        values: &BTreeMap<String, String>,
    ) -> Result<Forced, Error> {
        let mut params = filled_in(form, values);
        params.insert("builderNames".to_owned(), builders.into());
        self.send_form(form, params).await
    }

    async fn send_form(&self, form: &ForceScheduler, params: Map<String, Json>) -> Result<Forced, Error> {
        if form.name.contains('/') {
            return Err(Error::Lies(format!("'{}' is no force scheduler's name", form.name)));
        }
        let path = format!("forceschedulers/{}", form.name);
        let ordered = self.order(&path, "force", params.into()).await;
        // To Buildbot a field for a build to inherit from is a list like others: only how it breaks off is its own.
        let inherits = matches!(&ordered, Err(Error::Failed { text, .. }) if text.contains("'Deferred' object"));
        forced(&if inherits {
            known(ordered, "it cannot inherit from a build")
        } else {
            ordered
        }?)
    }

    /// Ends a build, soon. The master does not say whether there was one.
    pub async fn stop(&self, build: BuildId, reason: &str) -> Result<(), Error> {
        self.order(&format!("builds/{build}"), "stop", because(reason)).await?;
        Ok(())
    }

    /// Asks for the same build again.
    pub async fn rebuild(&self, build: BuildId) -> Result<Forced, Error> {
        forced(&self.order(&format!("builds/{build}"), "rebuild", json!({})).await?)
    }

    /// Takes a request back; if it is being built, that is ended.
    pub async fn cancel(&self, request: RequestId, reason: &str) -> Result<(), Error> {
        let path = format!("buildrequests/{request}");
        self.order(&path, "cancel", because(reason)).await?;
        Ok(())
    }

    /// Lets a request be built sooner or later, from version 3.9 on; higher goes first.
    pub async fn set_priority(&self, request: RequestId, priority: i64) -> Result<(), Error> {
        let path = format!("buildrequests/{request}");
        let ordered = self.order(&path, "set_priority", json!({"priority": priority})).await;
        known(ordered, "it cannot change a priority").map(drop)
    }

    /// Gives a worker an order.
    pub async fn order_worker(&self, worker: WorkerId, order: WorkerOrder, reason: &str) -> Result<(), Error> {
        let path = format!("workers/{worker}");
        self.order(&path, order.method(), because(reason)).await?;
        Ok(())
    }

    /// Turns a scheduler on or off.
    pub async fn switch_scheduler(&self, scheduler: SchedulerId, enabled: bool) -> Result<(), Error> {
        let path = format!("schedulers/{scheduler}");
        self.order(&path, "enable", json!({"enabled": enabled})).await?;
        Ok(())
    }
}

/// Says what a master that broke off cannot do, where Buildbot 4.3.0 has a defect.
fn known(ordered: Result<Json, Error>, cannot: &str) -> Result<Json, Error> {
    match ordered {
        Err(Error::Failed { status: 500, text }) => Err(Error::Failed {
            status: 500,
            text: format!("{cannot}; Buildbot 4.3.0 has this defect, later ones may not ({text})"),
        }),
        other => other,
    }
}

/// What a form sends: every field by its full name, hidden ones too.
fn filled_in(form: &ForceScheduler, values: &BTreeMap<String, String>) -> Map<String, Json> {
    let leaves = form.leaves().into_iter().filter(|field| !field.full_name.is_empty());
    let sent = leaves.filter_map(|field| Some((field.full_name.clone(), value(field, values)?)));
    sent.collect()
}

/// The value of a field, or its default; nothing where there is neither.
fn value(field: &Field, values: &BTreeMap<String, String>) -> Option<Json> {
    let given = values.get(&field.full_name);
    let value = match (&field.kind, given) {
        (FieldKind::Fixed, _) | (_, None) => field.default.clone(),
        (FieldKind::Bool, Some(text)) => matches!(text.trim(), "true" | "on" | "yes" | "1").into(),
        (_, Some(text)) if field.multiple => text.lines().filter(|line| !line.is_empty()).collect(),
        (_, Some(text)) => text.as_str().into(),
    };
    (!value.is_null()).then_some(value)
}

fn because(reason: &str) -> Json {
    match reason.trim() {
        "" => json!({}),
        reason => json!({"reason": reason}),
    }
}

/// Reads `[bsid, {"builderid": buildrequestid}]`.
fn forced(told: &Json) -> Result<Forced, Error> {
    let build_set = told.get(0).and_then(Json::as_i64);
    let Some(build_set) = build_set else {
        return Err(Error::Lies("it does not say what it made of the order".to_owned()));
    };
    let requests = told.get(1).and_then(Json::as_object).into_iter().flatten();
    let requests = requests.filter_map(|(builder, request)| {
        let (builder, request) = (builder.parse().ok()?, request.as_i64()?);
        Some((BuilderId(builder), RequestId(request)))
    });
    Ok(Forced {
        build_set: BuildSetId(build_set),
        requests: requests.collect(),
    })
}

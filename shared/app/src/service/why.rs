//! Why there was a notice, or none: the verdict on a build, with what played a part in it.

use super::App;
use crate::api::Refusal;
use crate::api::notices::{Why, WhyFact, WhyQuery};
use crate::service::clock::now;
use crate::watching::View;
use model::{BuildId, BuilderId};
use watch::{BuildKey, BuilderKey, BuilderView, Link, MasterKey, Verdict};

pub(super) fn why(app: &App, query: WhyQuery) -> Result<Why, Refusal> {
    let view = app.watching.view();
    let master = MasterKey(query.master.clone());
    let key = query.builder.map(|id| BuilderKey::new(&master, BuilderId(id)));
    let builder = key
        .as_ref()
        .map(|key| {
            let of_it = view.builders.get(key);
            of_it.ok_or_else(|| Refusal::not_found(format!("master '{master}' has no builder {}", key.id)))
        })
        .transpose()?;
    let verdict = match (query.build, builder) {
        (Some(id), _) => {
            let build = BuildKey::new(&master, BuildId(id));
            let of_it = view.verdicts.iter().find(|verdict| verdict.build == build);
            Some(of_it.ok_or_else(|| forgotten(&format!("build {id} of {master}")))?)
        }
        (None, Some(builder)) => view.verdicts.iter().find(|verdict| is_of(verdict, builder)),
        (None, None) => None,
    };
    let builder = builder.or_else(|| {
        let of_verdict = |b: &&BuilderView| verdict.is_some_and(|verdict| is_of(verdict, b));
        view.builders.iter().find(of_verdict)
    });
    Ok(answer(&view, verdict, builder))
}

fn is_of(verdict: &Verdict, builder: &BuilderView) -> bool {
    verdict.build.master == builder.key.master && verdict.builder == builder.name
}

fn forgotten(what: &str) -> Refusal {
    Refusal::not_found(format!("nothing is recorded about {what}"))
        .hint("The last 500 builds that concern you are remembered, and the last 500 others; it may also still run.")
}

fn answer(view: &View, verdict: Option<&Verdict>, builder: Option<&BuilderView>) -> Why {
    let mut facts: Vec<WhyFact> = verdict
        .into_iter()
        .flat_map(|verdict| of_verdict(view, verdict))
        .collect();
    facts.extend(builder.into_iter().flat_map(|builder| of_builder(view, builder)));
    facts.extend(of_all(view));
    let sentence = match (verdict, builder) {
        (Some(verdict), _) => verdict.reason.clone(),
        (None, Some(builder)) => format!("No build of {} ended since it is watched.", builder.name),
        (None, None) => of_nothing(view),
    };
    Why {
        sentence,
        told: verdict.map(|verdict| verdict.told),
        facts,
    }
}

fn of_nothing(view: &View) -> String {
    match (&view.hush, view.notices.first()) {
        (Some(hush), _) => format!("Nothing is told now: {hush}."),
        (None, Some(last)) => format!("Notices come. The last one was “{}”.", last.title),
        (None, None) => "Notices come; nothing had to be told since the program started.".to_owned(),
    }
}

fn fact(label: &str, text: impl Into<String>, path: Option<String>) -> WhyFact {
    WhyFact {
        label: label.to_owned(),
        text: text.into(),
        path,
    }
}

fn of_verdict(view: &View, verdict: &Verdict) -> Vec<WhyFact> {
    let mut facts = vec![fact(
        "Rule",
        format!("decided by {}", verdict.rule),
        Some("/settings".to_owned()),
    )];
    let part = if verdict.mine {
        "you have a part in the build"
    } else {
        "you have no part in the build"
    };
    facts.push(fact("Whose", part, None));
    let identities = || Some("/settings#identity".to_owned());
    facts.extend(verdict.identity.clone().map(|by| fact("You", by, identities())));
    let shown = verdict
        .notice
        .as_ref()
        .and_then(|key| view.notices.iter().find(|row| row.key == key.0));
    facts.extend(shown.map(|row| fact("Notice", row.title.clone(), Some(row.path.clone()))));
    facts
}

fn of_builder(view: &View, builder: &BuilderView) -> Vec<WhyFact> {
    let path = || Some(builder.target.path());
    let mut facts = Vec::new();
    facts.extend(builder.blame.as_ref().map(|blame| {
        let crowd = blame.crowd.map(|crowd| format!(", one of {crowd}")).unwrap_or_default();
        fact(
            "Blame",
            format!("broken by {}{crowd} in build #{}", blame.words, blame.number),
            path(),
        )
    }));
    facts.extend(builder.flaky.as_ref().map(|flip| fact("Flaky", flip.clone(), path())));
    facts.extend(
        builder
            .muted
            .as_ref()
            .map(|until| fact("Mute", format!("muted {until}"), None)),
    );
    facts.extend(builder.claim.as_ref().map(|claim| {
        let who = if claim.mine {
            "you have"
        } else {
            &format!("{} has", claim.by)
        };
        let ends = super::claims::until_words(claim, now());
        fact("Claim", format!("{who} it; it ends {ends}"), None)
    }));
    let master = view.masters.iter().find(|m| m.key == builder.key.master);
    facts.extend(
        master
            .filter(|m| m.link != Link::Live)
            .map(|m| fact("Connection", format!("{} cannot be heard now", m.title), None)),
    );
    facts
}

fn of_all(view: &View) -> Vec<WhyFact> {
    view.hush
        .iter()
        .map(|hush| fact("Silence", hush.clone(), Some("/settings".to_owned())))
        .collect()
}

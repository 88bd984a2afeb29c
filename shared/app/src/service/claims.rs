//! “I have it”: claims on broken builders, here and at joined Outposts.

use super::{App, read};
use crate::api::notices::{ClaimQuery, ClaimRow};
use crate::api::{Nothing, Refusal};
use crate::watching::{Shown, bundled};
use model::{BuilderId, Claim, Time};
use watch::{BuilderKey, BuilderView, ClaimAbout, Colour, Happening, MasterKey, Who};

/// What a person without a name is called.
const NOBODY: &str = "somebody";

pub(super) async fn claim(app: &App, query: ClaimQuery) -> Result<ClaimRow, Refusal> {
    let view = app.watching.view();
    let builder = find(&view.builders, &query)?;
    if builder.colour != Colour::Red {
        let message = format!("{} is not broken, so there is nothing to have", builder.name);
        return Err(Refusal::invalid(message).hint("A claim is about a builder that is red."));
    }
    let (about, by) = (about(builder), app.called());
    let shared = app.share_claim(&about, Some(&by)).await?;
    app.watching
        .apply(Happening::Claim {
            about,
            by,
            mine: true,
            shared,
        })
        .await;
    let view = app.watching.view();
    let claim = find(&view.builders, &query)?.claim.as_ref().map(row);
    claim.ok_or_else(|| Refusal::unavailable("it is green again meanwhile, so there is nothing to have"))
}

pub(super) async fn unclaim(app: &App, query: ClaimQuery) -> Result<Nothing, Refusal> {
    let view = app.watching.view();
    let builder = find(&view.builders, &query)?;
    let Some(claim) = &builder.claim else {
        return Err(Refusal::invalid(format!("nobody has {}", builder.name)));
    };
    if claim.mine || claim.shared {
        app.share_claim(&about(builder), None).await?;
    }
    app.watching.apply(Happening::Unclaim(about(builder))).await;
    Ok(Nothing {})
}

fn find<'v>(builders: &'v Shown, query: &ClaimQuery) -> Result<&'v BuilderView, Refusal> {
    let key = BuilderKey::new(&MasterKey(query.master.clone()), BuilderId(query.builder));
    builders
        .get(&key)
        .ok_or_else(|| Refusal::not_found(format!("master '{}' has no builder {}", query.master, query.builder)))
}

/// The builder with those that broke together with it.
fn about(builder: &BuilderView) -> ClaimAbout {
    match &builder.blame {
        Some(blame) => ClaimAbout::Break(blame.break_id),
        None => ClaimAbout::Builder(builder.key.clone()),
    }
}

fn row(claim: &watch::Claim) -> ClaimRow {
    ClaimRow {
        by: claim.by.clone(),
        mine: claim.mine,
        at: claim.since.0,
        until: claim.until().0,
        shared: claim.shared,
    }
}

/// A master's claims as `watch` takes them. Whose they are it knows itself, by what the person said here.
pub(crate) fn told(master: &MasterKey, claims: Vec<Claim>) -> Happening {
    let claim = |claim: Claim| watch::Claim {
        builder: BuilderKey::new(master, claim.builder),
        by: claim.by,
        mine: false,
        since: claim.at,
        shared: true,
    };
    Happening::Claims {
        master: master.clone(),
        claims: claims.into_iter().map(claim).collect(),
    }
}

impl App {
    /// What the person is called in front of others: the first full name among the identities, or the first of any.
    fn called(&self) -> String {
        let settings = read(&self.desk.settings);
        let names = || settings.identities.iter().filter(|text| !text.contains('*'));
        let name = names().find(|text| !text.contains('@')).or_else(|| names().next());
        name.map_or_else(|| NOBODY.to_owned(), |text| Who::display(text))
    }

    /// Tells the master, if it is one that keeps claims; whether it is.
    async fn share_claim(&self, about: &ClaimAbout, by: Option<&str>) -> Result<bool, Refusal> {
        let builders = self.watching.claimed(about);
        let Some(master) = builders.first().map(|key| key.master.clone()) else {
            return Ok(false);
        };
        if master == bundled() {
            for key in &builders {
                match by {
                    Some(by) => drop(self.master.claim(key.id, by).await?),
                    None => self.master.unclaim(key.id).await?,
                }
            }
            return Ok(true);
        }
        let Some(member) = self.farm.get(&master.0).filter(|member| member.row().outpost) else {
            return Ok(false);
        };
        for key in &builders {
            let said = member.http().claim(key.id, by).await;
            said.map_err(|error| Refusal::unavailable(format!("{master} could not be told: {error}")))?;
        }
        Ok(true)
    }
}

/// How long ago, for a sentence.
pub(super) fn until_words(claim: &watch::Claim, now: Time) -> String {
    let hours = (claim.until().since(now) / 3_600_000).max(0) + 1;
    format!("at green, or in {hours} h")
}

//! Who I seem to be: what is proposed, and whose recent changes my names and addresses catch.

use super::{App, read};
use crate::api::Refusal;
use crate::api::settings::{Author, Identities, IdentitiesQuery, ProposedIdentity};
use crate::joined::{Member, not_joined};
use crate::watching::bundled;
use client::Session;
use model::query::{Order, Query};
use std::collections::BTreeMap;
use std::path::PathBuf;
use watch::{Identity, MasterKey, Pattern};

/// Changes of this program's own master whose authors are shown.
const AUTHORS_OF: u64 = 500;

/// Changes of authors, by the master that has them.
type Counts = BTreeMap<(MasterKey, String), u32>;

/// Who these names and addresses are: everywhere, and more of them on single masters.
pub(super) fn identity_of(patterns: &[String], at: &BTreeMap<String, Vec<String>>) -> Identity {
    let parsed = |texts: &[String]| texts.iter().filter_map(|text| Pattern::parse(text)).collect();
    let there = at.iter().map(|(key, texts)| (MasterKey(key.clone()), parsed(texts)));
    Identity {
        patterns: parsed(patterns),
        only_on: there.collect(),
        ..Identity::default()
    }
}

pub(super) async fn identities(app: &App, query: IdentitiesQuery) -> Result<Identities, Refusal> {
    let identity = tried(app, &query);
    let counts = match &query.master {
        None => {
            let mut counts = own(app).await?;
            counts.extend(app.farm.members().iter().flat_map(|member| joined(member)));
            counts
        }
        Some(key) if *key == bundled().0 => own(app).await?,
        Some(key) => joined(&*app.farm.get(key).ok_or_else(|| not_joined(key))?),
    };
    let mut proposed = proposals(app).await;
    if let Some(key) = &query.master {
        proposed.extend(proposed_there(app, key, &identity, &counts));
        // What is me there already needs no proposal.
        let key = MasterKey(key.clone());
        proposed.retain(|one| !identity.is_me(&key, &one.pattern));
    }
    Ok(Identities {
        proposed,
        authors: authors(&identity, counts),
    })
}

/// The saved identity, with the query's patterns in it.
fn tried(app: &App, query: &IdentitiesQuery) -> Identity {
    let settings = read(&app.desk.settings);
    let (mut everywhere, mut at) = (settings.identities.clone(), settings.identities_at.clone());
    match (&query.patterns, &query.master) {
        (Some(patterns), Some(master)) => drop(at.insert(master.clone(), patterns.clone())),
        (Some(patterns), None) => everywhere.clone_from(patterns),
        (None, _) => {}
    }
    identity_of(&everywhere, &at)
}

async fn own(app: &App) -> Result<Counts, Refusal> {
    let order = vec![Order {
        field: "changeid".to_owned(),
        descending: true,
    }];
    let newest = Query {
        order,
        limit: Some(AUTHORS_OF),
        ..Query::default()
    };
    let list = app.store().read(move |c| store::changes::list(c, &newest)).await?;
    let mut counts = Counts::new();
    for change in list {
        *counts.entry((bundled(), change.new.author)).or_default() += 1;
    }
    Ok(counts)
}

fn joined(member: &Member) -> Counts {
    member.joined.with(|picture| {
        let mut counts = Counts::new();
        for change in picture.changes() {
            *counts
                .entry((member.key.clone(), change.author.to_string()))
                .or_default() += 1;
        }
        counts
    })
}

/// Authors, most changes first. One who is the person on any master is the person.
fn authors(identity: &Identity, counts: Counts) -> Vec<Author> {
    let mut authors: BTreeMap<String, Author> = BTreeMap::new();
    for ((master, author), changes) in counts {
        let mine = identity.is_me(&master, &author);
        let row = authors.entry(author.clone()).or_insert(Author {
            author,
            changes: 0,
            mine: false,
        });
        row.changes += changes;
        row.mine |= mine;
    }
    let mut authors: Vec<Author> = authors.into_values().collect();
    authors.sort_by_key(|author| std::cmp::Reverse(author.changes));
    authors
}

/// What a joined master itself suggests: who is signed in, and authors who are called like the person.
fn proposed_there(app: &App, key: &str, identity: &Identity, counts: &Counts) -> Vec<ProposedIdentity> {
    let user = app.farm.get(key).and_then(|member| signed_in(&member));
    let user = user.map(|user| ProposedIdentity {
        pattern: user,
        from: "who is signed in there".to_owned(),
    });
    let alike = counts.keys().filter_map(|(master, author)| {
        let pattern = identity.may_be_me(master, author)?;
        Some(ProposedIdentity {
            pattern: pattern.to_string(),
            from: format!("its author {author}"),
        })
    });
    let mut proposed: Vec<ProposedIdentity> = Vec::new();
    for one in user.into_iter().chain(alike) {
        if proposed.iter().all(|known| known.pattern != one.pattern) {
            proposed.push(one);
        }
    }
    proposed
}

fn signed_in(member: &Member) -> Option<String> {
    match member.joined.http().session() {
        Session::SignedIn(signed_in) => signed_in.user.filter(|user| Pattern::parse(user).is_some()),
        Session::SignedOut | Session::RanOut(_) => None,
    }
}

/// Who git says that I am: in the user's own configuration and in each project's.
pub(super) async fn proposals(app: &App) -> Vec<ProposedIdentity> {
    let home = directories::UserDirs::new()
        .map(|dirs| dirs.home_dir().to_owned())
        .unwrap_or_default();
    let mut places = vec![(home, "git's configuration".to_owned())];
    for model::config::ChangeSourceConfig::Git(source) in &app.master.config().change_sources {
        let path = PathBuf::from(&source.repourl);
        if path.is_dir() {
            places.push((path, source.repourl.clone()));
        }
    }
    let read = tokio::task::spawn_blocking(move || in_git(&places));
    read.await.unwrap_or_default()
}

fn in_git(places: &[(PathBuf, String)]) -> Vec<ProposedIdentity> {
    let mut proposed: Vec<ProposedIdentity> = Vec::new();
    for (path, from) in places {
        let Some(identity) = vcs::git::identity(path) else {
            continue;
        };
        let texts = [identity.mail, identity.name];
        for pattern in texts.into_iter().filter(|text| !text.is_empty()) {
            if proposed.iter().all(|known| known.pattern != pattern) {
                proposed.push(ProposedIdentity {
                    pattern,
                    from: from.clone(),
                });
            }
        }
    }
    proposed
}

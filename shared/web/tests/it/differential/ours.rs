//! Our master with our worker, for the length of the test.

use super::data;
use super::scenario::{Peer, PeerChange};
use crate::farm::{Farm, Wish};
use model::{NewChange, Properties, Time};
use wire::worker::link;

pub struct Ours {
    farm: Farm,
    base: String,
}

impl Ours {
    pub async fn start() -> Ours {
        let star = data("master.star");
        let folder = star.parent().expect("a folder");
        let evaluation = config::evaluate(folder, "master.star", &config::Options::default());
        let config = evaluation
            .config
            .unwrap_or_else(|| panic!("{:#?}", evaluation.problems));
        let farm = Farm::with(Wish {
            config,
            ..Wish::default()
        })
        .await;
        let (masters, workers) = link::pair();
        let mut options = worker::Options::new(farm.folder.path().join("worker"), "local");
        options.info = vec![("version".into(), "4.3.0".into())];
        tokio::spawn(worker::run(workers, options));
        farm.master
            .attach_worker("local", masters)
            .await
            .expect("an attached worker");
        let base = farm.url("");
        Ours { farm, base }
    }
}

impl Peer for Ours {
    fn base(&self) -> &str {
        &self.base
    }

    async fn add_change(&self, change: PeerChange) {
        let change = NewChange {
            author: change.author.into(),
            committer: None,
            branch: Some(change.branch.into()),
            revision: Some(change.revision.into()),
            revlink: String::new(),
            category: None,
            comments: change.comments.into(),
            files: vec!["a.c".into()],
            when: Time::from_seconds(1_700_000_000),
            repository: String::new(),
            project: String::new(),
            codebase: String::new(),
            properties: Properties::default(),
        };
        self.farm.master.add_change(change).await.expect("a change");
    }
}

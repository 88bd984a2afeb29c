//! Applying the source stamp's patch (S-152).

use super::command::{Git, GitError};
use crate::step::run::Broken;
use model::{LogKind, Patch};
use wire::worker::Value;

/// The patch's file, beside the tree so that no cleaning removes it and no build sees it as its own.
const FILE: &str = ".buildbot-diff";

/// Blocks of this size are read by the worker.
const BLOCK: i64 = 32768;

impl Git<'_, '_> {
    /// Sends the patch to the worker and applies it. What it adds is added to the index too, so that the next update
    /// takes it back.
    pub(super) async fn apply(&mut self, patch: &Patch) -> Result<(), GitError> {
        if patch.subdir.split('/').any(|element| element == "..") || patch.subdir.starts_with('/') {
            let text = format!("the patch's subdir '{}' leads out of the tree", patch.subdir);
            return Err(Broken::Failed(text).into());
        }
        let shown = String::from_utf8_lossy(&patch.body).into_owned();
        self.run.add_to_log("patch", LogKind::Text, 't', &shown).await?;
        self.send(patch).await?;
        let tree = self.workdir.clone();
        let level = format!("-p{}", patch.level);
        let file = format!(
            "{}{FILE}",
            "../".repeat(tree.split('/').filter(|e| !e.is_empty()).count())
        );
        let directory = format!("--directory={}", patch.subdir);
        let mut words = vec!["apply", "--index", "--verbose", &level];
        if !patch.subdir.is_empty() {
            words.push(&directory);
        }
        words.push(&file);
        let applied = self.git(&tree, &words, false).await?;
        if applied.rc != Some(0) && !applied.interrupted {
            // Once more, only to show which parts do not fit; the tree is of no use any more.
            let mut words = vec!["apply", "--reject", "--verbose", &level];
            if !patch.subdir.is_empty() {
                words.push(&directory);
            }
            words.push(&file);
            self.git(&tree, &words, false).await?;
        }
        super::command::good(&applied)
    }

    async fn send(&mut self, patch: &Patch) -> Result<(), GitError> {
        let transfers = self.run.connection.transfers().clone();
        let offer = transfers.offer(patch.body.clone().into());
        let args = [
            ("workdir", Value::from("")),
            ("workerdest", FILE.into()),
            ("reader", Value::Int(offer.id)),
            ("blocksize", BLOCK.into()),
            ("maxsize", Value::None),
            ("mode", Value::Int(0o644)),
        ];
        self.command_ok("downloadFile", &args).await
    }
}

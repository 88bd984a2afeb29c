//! Which commands a worker runs, and which files they transfer: over this protocol a file is named by its command.

use std::collections::{HashMap, HashSet};
use wire::worker::{CommandId, TransferId};

/// What a command transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file to the master.
    File,
    /// A folder to the master.
    Directory,
    /// A file from the master.
    Download,
}

/// The commands that run.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    running: HashMap<CommandId, Option<TransferId>>,
    transfers: HashMap<TransferId, (CommandId, Kind)>,
    last: TransferId,
    /// The worker leaves when these are over.
    leaving: Option<HashSet<CommandId>>,
}

impl Kind {
    /// What a command of this name transfers, if anything.
    pub(super) fn of(command: &str) -> Option<Kind> {
        match command {
            "upload_file" | "uploadFile" => Some(Kind::File),
            "upload_directory" | "uploadDirectory" => Some(Kind::Directory),
            "download_file" | "downloadFile" => Some(Kind::Download),
            _ => None,
        }
    }
}

impl Transfers {
    /// A command begins. Gives what names its file in the arguments, as over PB.
    pub(super) fn start(&mut self, id: &str, kind: Option<Kind>) -> Option<(&'static str, TransferId)> {
        let transfer = kind.map(|kind| {
            self.last += 1;
            self.transfers.insert(self.last, (id.to_owned(), kind));
            let reference = if kind == Kind::Download { "reader" } else { "writer" };
            (reference, self.last)
        });
        let file = transfer.map(|(_, transfer)| transfer);
        if let Some(Some(before)) = self.running.insert(id.to_owned(), file) {
            self.transfers.remove(&before);
        }
        transfer
    }

    /// The command of a file.
    pub(super) fn command(&self, transfer: TransferId) -> Option<(CommandId, Kind)> {
        self.transfers.get(&transfer).cloned()
    }

    /// A command is over. Says whether the worker may leave now.
    pub(super) fn end(&mut self, id: &str) -> bool {
        if let Some(Some(transfer)) = self.running.remove(id) {
            self.transfers.remove(&transfer);
        }
        match &mut self.leaving {
            Some(waited_for) => waited_for.remove(id) && waited_for.is_empty(),
            None => false,
        }
    }

    /// The worker wants to leave when what runs now is over. Says whether it may leave at once.
    pub(super) fn leave(&mut self) -> bool {
        let waited_for: HashSet<CommandId> = self.running.keys().cloned().collect();
        let now = waited_for.is_empty();
        self.leaving = Some(waited_for);
        now
    }
}

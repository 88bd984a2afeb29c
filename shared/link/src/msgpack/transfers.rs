//! Which files the commands of a worker transfer: over this protocol a file is named by its command.

use std::collections::HashMap;
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

/// The commands that run, and their files.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    running: HashMap<CommandId, Option<TransferId>>,
    transfers: HashMap<TransferId, (CommandId, Kind)>,
    last: TransferId,
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

    /// A command is over.
    pub(super) fn end(&mut self, id: &str) {
        if let Some(Some(transfer)) = self.running.remove(id) {
            self.transfers.remove(&transfer);
        }
    }
}

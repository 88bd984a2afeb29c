//! The commands under way: the master's objects that they report to, held until they are over (`worker-protocol-pb`
//! §3, §5).

use crate::pb::value::from_jelly;
use spread::{Failure, Reference, jelly};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use wire::worker::{CommandId, TransferId, Value};

/// The arguments that hold an object: where a transfer goes to or comes from.
const TRANSFERS: [&str; 2] = ["writer", "reader"];

/// All of one connection.
#[derive(Default)]
pub(super) struct Commands(Mutex<Table>);

#[derive(Default)]
struct Table {
    running: HashMap<CommandId, Command>,
    transfers: HashMap<TransferId, Reference>,
    last_transfer: TransferId,
}

struct Command {
    builder: String,
    reports_to: Reference,
    transfers: Vec<TransferId>,
}

/// What a command held. Dropping it gives all of it back to the master.
#[derive(Debug, Default)]
pub(super) struct Held {
    _references: Vec<Reference>,
}

impl Commands {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the command's objects, and gives its arguments as the worker knows them: objects are numbers there.
    pub(super) fn begin(
        &self,
        builder: &str,
        id: &str,
        reports_to: Reference,
        args: jelly::Value,
    ) -> Result<Value, Failure> {
        let jelly::Value::Dict(args) = args else {
            return Err(Failure::bad_arguments(format!(
                "the arguments of command {id} should be a dictionary"
            )));
        };
        let mut table = self.lock();
        if table.running.contains_key(id) {
            return Err(Failure::error(
                "builtins.ValueError",
                format!("command {id} is running; give the next one another number"),
            ));
        }
        let mut transfers = Vec::new();
        let mut known = Vec::with_capacity(args.len());
        for (key, value) in args {
            let value = match (key.text(), value) {
                (Some(name), jelly::Value::Remote(file)) if TRANSFERS.contains(&name) => {
                    table.last_transfer += 1;
                    let number = table.last_transfer;
                    table.transfers.insert(number, file);
                    transfers.push(number);
                    jelly::Value::Int(number.into())
                }
                (_, value) => value,
            };
            known.push((key, value));
        }
        let command = Command {
            builder: builder.to_owned(),
            reports_to,
            transfers,
        };
        table.running.insert(id.to_owned(), command);
        Ok(from_jelly(jelly::Value::Dict(known)))
    }

    /// Where a command reports to.
    pub(super) fn reports_to(&self, id: &str) -> Option<Reference> {
        self.lock().running.get(id).map(|command| command.reports_to.clone())
    }

    /// A file of a transfer.
    pub(super) fn transfer(&self, number: TransferId) -> Option<Reference> {
        self.lock().transfers.get(&number).cloned()
    }

    /// The command is over.
    pub(super) fn end(&self, id: &str) -> Held {
        let mut table = self.lock();
        match table.running.remove(id) {
            Some(command) => table.give_back(command),
            None => Held::default(),
        }
    }

    /// The builders that are left. Commands of others are stopped without a word (§1).
    pub(super) fn keep_builders(&self, builders: &HashSet<&str>) {
        let mut table = self.lock();
        let forgotten: Vec<CommandId> = table
            .running
            .iter()
            .filter(|(_, command)| !builders.contains(command.builder.as_str()))
            .map(|(id, _)| id.clone())
            .collect();
        for id in forgotten {
            if let Some(command) = table.running.remove(&id) {
                table.give_back(command);
            }
        }
    }
}

impl Table {
    fn give_back(&mut self, command: Command) -> Held {
        let mut references = vec![command.reports_to];
        references.extend(
            command
                .transfers
                .iter()
                .filter_map(|number| self.transfers.remove(number)),
        );
        Held {
            _references: references,
        }
    }
}

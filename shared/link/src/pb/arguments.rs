//! The arguments of a call that came in. Python callers choose freely between position and name (`perspective-broker`
//! §3.1), so both are taken.

use super::value::text;
use spread::jelly::Value;
use spread::{Call, Failure, Reply};
use std::collections::VecDeque;

/// What is left of a call's arguments. Take them in the order of their positions.
pub(super) struct Arguments {
    method: String,
    by_position: VecDeque<Value>,
    by_name: Vec<(String, Value)>,
}

impl Arguments {
    /// The call's method, its arguments, and where its answer goes.
    pub(super) fn of(call: Call) -> (String, Arguments, Reply) {
        let arguments = Arguments {
            method: call.method.clone(),
            by_position: call.args.into(),
            by_name: call.kwargs,
        };
        (call.method, arguments, call.reply)
    }

    /// The next one, if it is there.
    pub(super) fn optional(&mut self, name: &str) -> Option<Value> {
        self.by_position.pop_front().or_else(|| {
            let at = self.by_name.iter().position(|(key, _)| key == name)?;
            Some(self.by_name.swap_remove(at).1)
        })
    }

    /// The next one, which must be there.
    pub(super) fn needed(&mut self, name: &str) -> Result<Value, Failure> {
        self.optional(name)
            .ok_or_else(|| Failure::bad_arguments(format!("{}() misses its argument '{name}'", self.method)))
    }

    /// That there are no more of them.
    pub(super) fn end(self) -> Result<(), Failure> {
        let unknown = self.by_name.first().map(|(name, _)| format!("'{name}'"));
        let further = self.by_position.front().map(|_| "another one".to_owned());
        match further.or(unknown) {
            None => Ok(()),
            Some(what) => Err(Failure::bad_arguments(format!(
                "{}() has no use for {what} among its arguments",
                self.method
            ))),
        }
    }

    /// The next one, which must be text.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Failure> {
        text(self.needed(name)?).map_err(|_| self.wrong(name, "text"))
    }

    /// That an argument is of the wrong kind.
    pub(super) fn wrong(&self, name: &str, wanted: &str) -> Failure {
        Failure::bad_arguments(format!("argument '{name}' of {}() should be {wanted}", self.method))
    }
}

//! Ready-made conditions: `on_branch`, `if_prop`, `if_files`.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::function::{Condition, glob_set};
use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::Value;
use starlark::values::tuple::UnpackTuple;

/// Tells of globs that cannot be read.
fn checked(globs: UnpackTuple<String>, name: &str, eval: &Evaluator<'_, '_, '_>) -> starlark::Result<Vec<String>> {
    let run = Run::of(eval)?;
    let globs = globs.items;
    if globs.is_empty() {
        let place = run.place(eval);
        run.error(
            &place,
            format!("{name} needs a pattern"),
            format!("write {name}(\"…\")"),
        );
    }
    if let Err(reason) = glob_set(&globs) {
        run.error(
            &run.place(eval),
            reason,
            "write a pattern like \"release-*\" or \"**/*.c\"",
        );
        return Ok(Vec::new());
    }
    Ok(globs)
}

#[starlark_module]
pub(super) fn conditions(builder: &mut GlobalsBuilder) {
    /// True when the branch matches one of the patterns.
    fn on_branch<'v>(
        #[starlark(args)] globs: UnpackTuple<String>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Condition> {
        Ok(Condition::Branch(checked(globs, "on_branch", eval)?))
    }

    /// True when the property is true, or equals the value.
    fn if_prop<'v>(
        #[starlark(require = pos)] name: &str,
        value: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Condition> {
        let run = Run::of(eval)?;
        let wanted = match value {
            None => None,
            Some(value) => match Arg::take(value, eval, &run).map(|arg| arg.json()) {
                Ok(Some(json)) => Some(json),
                _ => {
                    run.error(
                        &run.place(eval),
                        "if_prop compares with plain values",
                        "write a function: lambda p: p.get(\"x\") == …",
                    );
                    None
                }
            },
        };
        Ok(Condition::Property(name.to_owned(), wanted))
    }

    /// True when a change touches a file that matches one of the patterns; for `fileIsImportant` and filters.
    fn if_files<'v>(
        #[starlark(args)] globs: UnpackTuple<String>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Condition> {
        Ok(Condition::Files(checked(globs, "if_files", eval)?))
    }
}

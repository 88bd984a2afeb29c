//! `range`, kept from being worked out before its statement runs.
//!
//! The interpreter folds calls with constant arguments while it compiles, when nobody can say yet which line it is;
//! `list(range(500000000))` would fill the memory there.

use allocative::Allocative;
use starlark::environment::Globals;
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_simple_value;
use starlark::values::{NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value, starlark_value};
use std::fmt;
use std::sync::LazyLock;

static STANDARD: LazyLock<Globals> = LazyLock::new(Globals::standard);

/// The standard `range` behind a function that is not folded.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(super) struct Range;

starlark_simple_value!(Range);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("range")
    }
}

#[starlark_value(type = "native_function")]
impl<'v> StarlarkValue<'v> for Range {
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let positional: Vec<Value<'v>> = args.positions(eval.heap())?.collect();
        args.no_named_args()?;
        match STANDARD.iter().find(|(name, _)| *name == "range") {
            Some((_, range)) => eval.eval_function(range.to_value(), &positional, &[]),
            None => Ok(Value::new_none()),
        }
    }
}

//! `*` with a bound: a text or list is not repeated into more memory than there is.
//!
//! The interpreter checks its heap only now and then, and folds constants before any statement runs; `"a" * 2000000000`
//! would fill the memory before anything could say which line it was.

use crate::call::Refused;
use allocative::Allocative;
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_simple_value;
use starlark::values::{
    NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, UnpackValue, Value, starlark_value,
};
use std::collections::HashMap;
use std::fmt;

/// Longer texts and lists have no use in a configuration.
const MAX_LENGTH: i64 = 16 << 20;

/// A global that no program can name.
pub(super) const NAME: &str = "operator *";

/// What the parser's `*` becomes.
pub(crate) fn replacement() -> HashMap<String, String> {
    HashMap::from([("*".to_owned(), NAME.to_owned())])
}

/// The operator as a function of two.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(super) struct Multiply;

starlark_simple_value!(Multiply);

impl fmt::Display for Multiply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("*")
    }
}

#[starlark_value(type = "operator")]
impl<'v> StarlarkValue<'v> for Multiply {
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let [left, right] = args.positional(eval.heap())?;
        if repeated(left, right)
            .or(repeated(right, left))
            .is_some_and(|length| length > MAX_LENGTH)
        {
            return Err(starlark::Error::new_other(Refused(format!(
                "this takes too much memory: more than {MAX_LENGTH} items or characters; repeat it less often"
            ))));
        }
        left.mul(right, eval.heap())
    }
}

/// The length of `value` repeated `times` times, if that is what `*` would do.
fn repeated(value: Value<'_>, times: Value<'_>) -> Option<i64> {
    let times = i64::unpack_value(times).ok().flatten()?;
    let length = match value.unpack_str() {
        Some(text) => text.len() as i64,
        None if matches!(value.get_type(), "list" | "tuple") => value.length().ok()?.into(),
        None => return None,
    };
    Some(length.saturating_mul(times))
}

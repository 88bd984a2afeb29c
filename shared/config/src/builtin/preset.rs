//! `preset(call, **defaults)`: a call with defaults, in place of a subclass.

use allocative::Allocative;
use starlark::coerce::Coerce;
use starlark::environment::GlobalsBuilder;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::dict::UnpackDictEntries;
use starlark::values::{
    Freeze, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Trace, Value, ValueLifetimeless,
    ValueLike, starlark_value,
};
use starlark::{starlark_complex_value, starlark_module};
use std::fmt;

/// A call and its defaults.
#[derive(Clone, Debug, Trace, Freeze, Coerce, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
#[repr(C)]
pub(super) struct PresetGen<V: ValueLifetimeless> {
    call: V,
    defaults: Vec<(String, V)>,
}

starlark_complex_value!(pub(super) Preset);

impl<V: ValueLifetimeless> fmt::Display for PresetGen<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "preset({}, …)", self.call)
    }
}

#[starlark_value(type = "function")]
impl<'v, V: ValueLike<'v>> StarlarkValue<'v> for PresetGen<V>
where
    Self: ProvidesStaticType<'v>,
{
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let positional: Vec<Value<'v>> = args.positions(eval.heap())?.collect();
        let given = args.names_map()?;
        let mut named: Vec<(&str, Value<'v>)> = given.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        for (name, value) in &self.defaults {
            if !named.iter().any(|(given, _)| given == name) {
                named.push((name, value.to_value()));
            }
        }
        eval.eval_function(self.call.to_value(), &positional, &named)
    }
}

#[starlark_module]
pub(super) fn preset_function(builder: &mut GlobalsBuilder) {
    /// Calls `call` with these named arguments, unless the caller gives others.
    fn preset<'v>(
        #[starlark(require = pos)] call: Value<'v>,
        #[starlark(kwargs)] defaults: UnpackDictEntries<String, Value<'v>>,
    ) -> starlark::Result<Preset<'v>> {
        Ok(Preset {
            call,
            defaults: defaults.entries,
        })
    }
}

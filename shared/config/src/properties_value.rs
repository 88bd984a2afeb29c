//! A build's properties as functions of the configuration see them.

use allocative::Allocative;
use model::Properties;
use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::values::{
    Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};
use starlark::{starlark_module, starlark_simple_value};
use std::fmt;

/// `p` in `lambda p: p.get("x") == 1`.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct PropertiesValue(#[allocative(skip)] pub(crate) Properties);

starlark_simple_value!(PropertiesValue);

impl fmt::Display for PropertiesValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties")
    }
}

#[starlark_value(type = "properties")]
impl<'v> StarlarkValue<'v> for PropertiesValue {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("outpost:properties", properties_methods);
        Some(METHODS.methods())
    }

    fn at(&self, index: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let name = index.unpack_str().unwrap_or_default();
        match self.0.get(name) {
            Some(value) => Ok(heap.alloc(value)),
            None => Err(starlark::Error::new_other(crate::call::Refused(format!(
                "there is no property '{name}'; p.get(\"{name}\", default) has an answer for that"
            )))),
        }
    }

    /// Buildbot's functions are given the step, whose properties are the build's.
    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        matches!(attribute, "build" | "properties").then(|| heap.alloc(PropertiesValue(self.0.clone())))
    }

    fn is_in(&self, other: Value<'v>) -> starlark::Result<bool> {
        Ok(other.unpack_str().is_some_and(|name| self.0.get(name).is_some()))
    }
}

fn value_of<'v>(this: &PropertiesValue, name: &str, default: Option<Value<'v>>, heap: Heap<'v>) -> Value<'v> {
    match this.0.get(name) {
        Some(value) => heap.alloc(value),
        None => default.unwrap_or_else(Value::new_none),
    }
}

#[starlark_module]
fn properties_methods(builder: &mut MethodsBuilder) {
    /// The value, or the default.
    fn get<'v>(
        this: &PropertiesValue,
        #[starlark(require = pos)] name: &str,
        default: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        Ok(value_of(this, name, default, heap))
    }

    /// As `get`, by Buildbot's name.
    #[allow(non_snake_case, reason = "Buildbot's name")]
    fn getProperty<'v>(
        this: &PropertiesValue,
        #[starlark(require = pos)] name: &str,
        default: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        Ok(value_of(this, name, default, heap))
    }

    /// Whether there is such a property.
    fn has(this: &PropertiesValue, #[starlark(require = pos)] name: &str) -> starlark::Result<bool> {
        Ok(this.0.get(name).is_some())
    }

    /// As `has`, by Buildbot's name.
    #[allow(non_snake_case, reason = "Buildbot's name")]
    fn hasProperty(this: &PropertiesValue, #[starlark(require = pos)] name: &str) -> starlark::Result<bool> {
        Ok(this.0.get(name).is_some())
    }
}

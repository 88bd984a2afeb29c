//! What known calls make: values that remember their arguments until the whole configuration is put together.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::registry::{self, Served, Spec};
use crate::{call, names};
use allocative::Allocative;
use model::config::Location;
use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::eval::{Arguments, Evaluator};
use starlark::values::{
    Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};
use starlark::{starlark_module, starlark_simple_value};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A step, a scheduler, a builder and so on, as the file gives it.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) spec: &'static Spec,
    /// By parameter name, in the order of the specification; what was not given is not here.
    pub(crate) args: Vec<(&'static str, Arg)>,
    /// Further positional arguments, where the call takes them.
    pub(crate) rest: Vec<Arg>,
    /// Further named arguments, where the call takes them.
    pub(crate) named: Vec<(String, Arg)>,
    pub(crate) location: Location,
    /// Steps that were added to a factory.
    pub(crate) added: Mutex<Vec<Arg>>,
}

impl Made {
    /// The argument, unless it was left out or is `None`.
    pub(crate) fn get(&self, name: &str) -> Option<&Arg> {
        self.given(name).filter(|arg| !arg.is_none())
    }

    /// The argument as it was given, which may be `None`.
    pub(crate) fn given(&self, name: &str) -> Option<&Arg> {
        self.args.iter().find(|(known, _)| *known == name).map(|(_, arg)| arg)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Arg::text)
    }

    pub(crate) fn bool(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(Arg::Bool(value)) => *value,
            Some(Arg::Int(number)) => *number != 0,
            _ => default,
        }
    }

    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.spec.namespace == namespace && self.spec.name == name
    }

    /// Steps that were added so far.
    pub(crate) fn added(&self) -> Vec<Arg> {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// [`Made`] as a value of the language.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct MadeValue(#[allocative(skip)] pub(crate) Arc<Made>);

starlark_simple_value!(MadeValue);

impl fmt::Display for MadeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.0.spec.full_name())?;
        match self.0.text("name") {
            Some(name) => write!(f, "name=\"{name}\")"),
            None => f.write_str("…)"),
        }
    }
}

#[starlark_value(type = "buildbot_object")]
impl<'v> StarlarkValue<'v> for MadeValue {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("outpost:buildbot_object", made_methods);
        Some(METHODS.methods())
    }

    /// Plain arguments can be read again, for example the name of a worker.
    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let json = self.0.given(attribute)?.json()?;
        Some(heap.alloc(json))
    }

    fn dir_attr(&self) -> Vec<String> {
        self.0.args.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn set_attr(&self, attribute: &str, _value: Value<'v>) -> starlark::Result<()> {
        Err(starlark::Error::new_other(call::Refused(format!(
            "{} cannot be changed after it was made; give {attribute}=… in the call",
            self.0.spec.full_name()
        ))))
    }
}

#[starlark_module]
fn made_methods(builder: &mut MethodsBuilder) {
    /// Adds one step to a factory.
    #[allow(non_snake_case, reason = "Buildbot's name")]
    fn addStep<'v>(
        this: Value<'v>,
        #[starlark(require = pos)] step: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        add_steps(this, step, "addStep", eval)
    }

    /// Adds a list of steps to a factory.
    #[allow(non_snake_case, reason = "Buildbot's name")]
    fn addSteps<'v>(
        this: Value<'v>,
        #[starlark(require = pos)] steps: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        add_steps(this, steps, "addSteps", eval)
    }
}

fn add_steps<'v>(
    this: Value<'v>,
    steps: Value<'v>,
    method: &str,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let run = Run::of(eval)?;
    let place = run.place(eval);
    let Some(factory) = MadeValue::from_value(this).filter(|made| made.0.is("util", "BuildFactory")) else {
        run.error(
            &place,
            format!("{this} has no {method}"),
            "only util.BuildFactory() has steps",
        );
        return Ok(Value::new_none());
    };
    match (Arg::take(steps, eval, &run), method) {
        (Err(reason), _) => run.error(
            &place,
            format!("{method}: {reason}"),
            "give a step, for example steps.Git(…)",
        ),
        (Ok(Arg::List(_)), "addStep") => run.error(&place, "addStep takes one step", "write addSteps for a list"),
        (Ok(arg), _) => {
            let list = match arg {
                Arg::List(list) => list,
                one => vec![one],
            };
            for step in list {
                registry::check_step(&step, &run, &place);
                factory
                    .0
                    .added
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(step);
            }
        }
    }
    Ok(Value::new_none())
}

/// A namespace: `steps`, `util` and so on.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Namespace(pub(crate) &'static str);

starlark_simple_value!(Namespace);

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[starlark_value(type = "namespace")]
impl<'v> StarlarkValue<'v> for Namespace {
    /// Always gives something: a name that is not there is told when it is called, with its place.
    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        if let Some(constant) = registry::constant(self.0, attribute) {
            return Some(heap.alloc(constant));
        }
        Some(heap.alloc(match registry::find(self.0, attribute) {
            Some(spec) => KnownCall(spec),
            None => {
                return Some(heap.alloc(UnknownCall {
                    namespace: self.0,
                    name: attribute.to_owned(),
                }));
            }
        }))
    }

    fn dir_attr(&self) -> Vec<String> {
        registry::names(self.0).map(str::to_owned).collect()
    }
}

/// `steps.Git` before it is called.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct KnownCall(#[allocative(skip)] pub(crate) &'static Spec);

starlark_simple_value!(KnownCall);

impl fmt::Display for KnownCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.full_name())
    }
}

#[starlark_value(type = "buildbot_call")]
impl<'v> StarlarkValue<'v> for KnownCall {
    fn name_for_call_stack(&self, _me: Value<'v>) -> String {
        self.0.full_name()
    }

    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let run = Run::of(eval)?;
        if let Served::Itself = self.0.served {
            return args.positional1(eval.heap());
        }
        let made = call::make(self.0, args, eval, &run)?;
        Ok(eval.heap().alloc(MadeValue(Arc::new(made))))
    }
}

/// A name that its namespace does not have.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
struct UnknownCall {
    namespace: &'static str,
    name: String,
}

starlark_simple_value!(UnknownCall);

impl fmt::Display for UnknownCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.namespace, self.name)
    }
}

#[starlark_value(type = "unknown_call")]
impl<'v> StarlarkValue<'v> for UnknownCall {
    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let run = Run::of(eval)?;
        let place = run.place(eval);
        let fix = match registry::elsewhere(&self.name) {
            Some(namespace) => format!("it is in {namespace}: write {namespace}.{}", self.name),
            None => match names::nearest(&self.name, registry::names(self.namespace)) {
                Some(name) => format!("did you mean {}.{name}?", self.namespace),
                None => format!("there are {}", registry::served_names(self.namespace)),
            },
        };
        run.error(&place, format!("{} has no {}", self.namespace, self.name), fix);
        let made = Made {
            spec: &registry::UNKNOWN,
            args: Vec::new(),
            rest: Vec::new(),
            named: Vec::new(),
            location: place,
            added: Mutex::default(),
        };
        Ok(eval.heap().alloc(MadeValue(Arc::new(made))))
    }
}

//! One known call: its arguments are sorted into parameters, checked, and kept.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use crate::names;
use crate::pattern;
use crate::registry::{Param, Served, Spec};
use crate::text::{Kind, tokens};
use model::config::{Interpolate, Location, RenderError};
use starlark::eval::{Arguments, Evaluator};
use starlark::values::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A list of parameters in a message is no longer than this.
const MAX_SHOWN: usize = 12;

/// Why a host function cannot go on; everything that it can go on from is a problem instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Makes the value of `spec(args)`. What is wrong is added to the run's problems.
pub(crate) fn make<'v>(
    spec: &'static Spec,
    args: &Arguments<'v, '_>,
    eval: &mut Evaluator<'v, '_, '_>,
    run: &Run,
) -> starlark::Result<Made> {
    let call = Call {
        spec,
        run,
        place: run.place(eval),
        source: run.call_span(eval).map(|span| CallText {
            begin: span.resolve_span().begin,
            text: span.source_span().to_owned(),
        }),
        refused: RefCell::default(),
    };
    let mut made = Made {
        spec,
        args: Vec::new(),
        rest: Vec::new(),
        named: Vec::new(),
        location: call.place.clone(),
        added: Mutex::default(),
    };
    let positions: Vec<Value<'v>> = args.positions(eval.heap())?.collect();
    let named: Vec<(String, Value<'v>)> = args
        .names_map()?
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), *value))
        .collect();
    if spec.served == Served::NotYet {
        call.not_yet();
        // The name is kept, for others may refer to it.
        if let Some(name) = name_of_unserved(&positions, &named) {
            made.args.push(("name", Arg::Text(name)));
        }
        return Ok(made);
    }
    for (i, value) in positions.into_iter().enumerate() {
        call.positional(i, value, eval, &mut made);
    }
    for (name, value) in named {
        call.named(&name, value, eval, &mut made);
    }
    for param in spec.params().filter(|param| param.required) {
        // One of the wrong kind was told already.
        let wrong = call.refused.borrow().contains(&param.name);
        if made.get(param.name).is_none() && !wrong {
            run.error(
                &call.place,
                format!("{} needs {}", spec.full_name(), param.name),
                format!("add {}=…", param.name),
            );
        }
    }
    call.check_template(&made);
    call.check_pattern(&made);
    Ok(made)
}

fn name_of_unserved<'v>(positions: &[Value<'v>], named: &[(String, Value<'v>)]) -> Option<String> {
    let by_name = named.iter().find(|(name, _)| name == "name").map(|(_, value)| value);
    by_name.or(positions.first())?.unpack_str().map(str::to_owned)
}

struct CallText {
    begin: starlark::codemap::ResolvedPos,
    text: String,
}

struct Call<'r> {
    spec: &'static Spec,
    run: &'r Run,
    place: Location,
    source: Option<CallText>,
    /// Parameters whose value was of the wrong kind.
    refused: RefCell<Vec<&'static str>>,
}

impl Call<'_> {
    fn not_yet(&self) {
        let name = self.spec.full_name();
        if self.spec.namespace == "steps" {
            // A build that leaves a step out would look better than it is.
            self.run.error(
                &self.place,
                format!("{name} is not served yet"),
                "write it as steps.ShellCommand(command=[…]), or remove it",
            );
        } else {
            self.run.warning(
                &self.place,
                format!("{name} is not served yet and does nothing"),
                "remove it, or leave it for a version that serves it",
            );
        }
    }

    fn positional<'v>(&self, i: usize, value: Value<'v>, eval: &mut Evaluator<'v, '_, '_>, made: &mut Made) {
        let name = self.spec.full_name();
        match self.spec.params().nth(i).filter(|_| i < self.spec.positional) {
            Some(param) => {
                let place = self.place.clone();
                self.keep(param, value, place, eval, made);
            }
            None if self.spec.further => match Arg::take(value, eval, self.run) {
                Ok(arg) => made.rest.push(arg),
                Err(reason) => self.run.error(
                    &self.place,
                    format!("{name}, argument {}: {reason}", i + 1),
                    "give a plain value",
                ),
            },
            None => {
                self.run.error(
                    &self.place,
                    format!("{name} takes {} without a name", count(self.spec.positional)),
                    format!("give it a name; {name} takes {}", self.known()),
                );
            }
        }
    }

    fn named<'v>(&self, name: &str, value: Value<'v>, eval: &mut Evaluator<'v, '_, '_>, made: &mut Made) {
        let place = self.argument_place(name);
        if let Some(param) = self.spec.params().find(|param| param.name == name) {
            if made.given(name).is_some() {
                self.run.error(
                    &place,
                    format!("{} got {name} twice", self.spec.full_name()),
                    "give it once",
                );
            } else {
                self.keep(param, value, place, eval, made);
            }
        } else if self.spec.further {
            match Arg::take(value, eval, self.run) {
                Ok(arg) => made.named.push((name.to_owned(), arg)),
                Err(reason) => self.run.error(
                    &place,
                    format!("{}, {name}: {reason}", self.spec.full_name()),
                    "give a plain value",
                ),
            }
        } else {
            let fix = match names::nearest(name, self.spec.params().map(|param| param.name)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("it takes {}", self.known()),
            };
            self.run
                .error(&place, format!("{} has no argument {name}", self.spec.full_name()), fix);
        }
    }

    /// The served parameters, the longest lists cut.
    fn known(&self) -> String {
        let served: Vec<&str> = self
            .spec
            .params()
            .filter(|param| param.served)
            .map(|param| param.name)
            .collect();
        match served.split_at_checked(MAX_SHOWN) {
            Some((shown, more)) if !more.is_empty() => format!("{} and {} others", shown.join(", "), more.len()),
            _ => served.join(", "),
        }
    }

    fn keep<'v>(
        &self,
        param: &'static Param,
        value: Value<'v>,
        place: Location,
        eval: &mut Evaluator<'v, '_, '_>,
        made: &mut Made,
    ) {
        if !param.served {
            self.run.warning(
                &place,
                format!("{} does not serve {} yet", self.spec.full_name(), param.name),
                "remove it, or leave it for a version that serves it",
            );
            return;
        }
        let what = format!("{}, {}", self.spec.full_name(), param.name);
        let (message, fix) = match Arg::take(value, eval, self.run) {
            Err(reason) => (format!("{what}: {reason}"), "give a plain value".to_owned()),
            Ok(arg) => match param.kind.refuses(&arg) {
                None => {
                    made.args.push((param.name, arg));
                    return;
                }
                Some(expected) => {
                    let culprit = param.kind.culprit(&arg);
                    let verb = if std::ptr::eq(culprit, &arg) { "be" } else { "hold" };
                    (
                        format!("{what} cannot {verb} {}", culprit.described()),
                        format!("give {expected}"),
                    )
                }
            },
        };
        self.run.error(&place, message, fix);
        // It was given, if wrongly.
        made.args.push((param.name, Arg::None));
        self.refused.borrow_mut().push(param.name);
    }

    /// Where `name=` stands in the call's text; the call itself when it came out of a dictionary.
    fn argument_place(&self, name: &str) -> Location {
        let Some(source) = &self.source else {
            return self.place.clone();
        };
        let found = tokens(&source.text);
        let at = found
            .windows(2)
            .find(|pair| pair[0].kind == Kind::Name && pair[0].depth == 1 && pair[0].is(name) && pair[1].is("="));
        let Some([token, _]) = at else {
            return self.place.clone();
        };
        let before = &source.text[..token.at];
        let line = before.matches('\n').count();
        let column = match before.rfind('\n') {
            Some(end) => before[end + 1..].chars().count(),
            None => source.begin.column + before.chars().count(),
        };
        Location {
            file: self.place.file.clone(),
            line: (source.begin.line + line) as u32 + 1,
            column: column as u32 + 1,
        }
    }

    /// A pattern likewise.
    fn check_pattern(&self, made: &Made) {
        if !made.is("builtin", "regex") {
            return;
        }
        if let Some(Err(problem)) = made.text("pattern").map(pattern::read) {
            self.run.error(&self.place, problem, pattern::FIX);
        }
    }

    /// A template is read once where it stands, so that its errors have the place.
    fn check_template(&self, made: &Made) {
        if !made.is("util", "Interpolate") {
            return;
        }
        let Some(template) = made.text("fmtstring") else {
            return;
        };
        let arguments = made.rest.iter().map(|_| Default::default()).collect();
        match Interpolate::parse(template, arguments, BTreeMap::new()) {
            Ok(_) => {}
            Err(RenderError::Template { at, reason, .. }) => self.run.error(
                &self.place,
                format!("the template '{template}' cannot be read at its character {}", at + 1),
                reason,
            ),
            Err(other) => self
                .run
                .error(&self.place, other.to_string(), "give a value for each %s"),
        }
    }
}

fn count(n: usize) -> String {
    match n {
        0 => "no argument".to_owned(),
        1 => "only one argument".to_owned(),
        n => format!("only {n} arguments"),
    }
}

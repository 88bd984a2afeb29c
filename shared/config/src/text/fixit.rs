//! Python's constructs that Starlark does not have, and the idiom for each (features §4.4).

use super::rewrite::NAMESPACES;
use super::scan::{Kind, Slip, Token};

/// What is wrong although it can be parsed.
pub(super) fn always(tokens: &[Token<'_>]) -> Vec<Slip> {
    let formatted = tokens
        .windows(2)
        .filter(|pair| pair[0].kind == Kind::Text && pair[0].text.contains("%(") && pair[1].is("%"))
        .map(|pair| Slip {
            at: pair[0].at,
            message: "texts are not formatted with %(name)s".to_owned(),
            fix: "write \"{name}\".format(name=value); util.Interpolate takes %(prop:name)s without the % after it"
                .to_owned(),
        });
    formatted.chain(tokens.iter().filter_map(f_string)).collect()
}

/// An f-string that holds more than names.
fn f_string(token: &Token<'_>) -> Option<Slip> {
    let prefix = token.text.split(['"', '\'']).next()?;
    (token.kind == Kind::Text && prefix.contains(['f', 'F']) && !only_names_in_braces(token.text)).then(|| {
        slip(
            token,
            "an f-string takes only bare names",
            "give the value a name first, then write f\"{name}\", or use \"{}\".format(value)",
        )
    })
}

/// What made a statement unreadable, as far as it is a known construct.
pub(super) fn where_it_failed(tokens: &[Token<'_>]) -> Vec<Slip> {
    let mut found: Vec<Slip> = Vec::new();
    for line in tokens.split(|token| token.kind == Kind::End) {
        let before = found.len();
        found.extend(statement(line));
        // What begins a foreign statement is told once, not also for what stands in it.
        if found.len() == before {
            found.extend(inside(line));
        }
    }
    found
}

fn slip(token: &Token<'_>, message: impl Into<String>, fix: impl Into<String>) -> Slip {
    Slip {
        at: token.at,
        message: message.into(),
        fix: fix.into(),
    }
}

/// Statements that are not there, by their first word.
fn statement(line: &[Token<'_>]) -> Option<Slip> {
    let first = line.first()?;
    if first.kind != Kind::Name && !first.is("@") {
        return None;
    }
    let (message, fix) = match first.text {
        "import" | "from" => return Some(import(line)),
        "class" => (
            "there are no classes",
            "write a function that calls the step with defaults, or preset(steps.Test, timeout=3600)",
        ),
        "@" => (
            "there are no decorators",
            "remove this line; a parameter takes the function itself, for example doStepIf=is_main",
        ),
        "try" | "except" | "finally" => (
            "errors cannot be caught",
            "use default= where a value may be absent (read_json, env, p.get), and check(condition, message)",
        ),
        "raise" => ("there is no raise", "write fail(\"what is wrong\")"),
        "assert" => ("there is no assert", "write check(condition, \"what is wrong\")"),
        "with" => (
            "there is no with",
            "files are read by read_text, read_json, read_yaml and read_toml",
        ),
        "while" => ("there is no while", "write for i in range(1000): … and break"),
        "yield" | "await" => ("functions give one value", "return a list"),
        "async" => ("there are no asynchronous functions", "write def"),
        "del" => ("there is no del", "write d.pop(\"key\")"),
        "global" | "nonlocal" => (
            "a function cannot set a variable outside of itself",
            "return the value, or change a list or dictionary that is passed in",
        ),
        "print" if line.get(1).is_some_and(|next| next.kind == Kind::Text) => {
            ("print is a function", "write print(\"…\")")
        }
        "exec" if line.get(1).is_some_and(|next| next.kind == Kind::Text) => {
            ("text cannot be run", "write load(\"lib/x.star\", \"f\")")
        }
        "match" if line.len() > 1 && line.last().is_some_and(|last| last.is(":")) => {
            ("there is no match", "write if and elif")
        }
        _ => return None,
    };
    Some(slip(first, message, fix))
}

fn import(line: &[Token<'_>]) -> Slip {
    let text: String = line.iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
    let name = line.last().map_or("", |token| token.text);
    let fix = if text.starts_with("from buildbot . plugins") {
        format!(
            "only these can be taken from buildbot.plugins: {}",
            NAMESPACES.join(", ")
        )
    } else if text.contains("buildbot") {
        format!("remove the line; what it brings is in steps, schedulers, changes, worker or util, as util.{name}")
    } else {
        match line.get(1).map_or("", |token| token.text) {
            "os" => "remove the line; os.environ[\"X\"] is env(\"X\"), with a default env(\"X\", \"none\")",
            "re" => "remove the line; re.compile(\"x\") is regex(\"x\")",
            "json" | "yaml" | "toml" => {
                "remove the line; files are read by read_json(path), read_yaml(path) and read_toml(path)"
            }
            "datetime" | "time" => "remove the line; durations are duration(\"4w\"), hours(4), minutes(5)",
            "itertools" | "collections" | "functools" => {
                "remove the line; there are product(a, b), matrix(axes), unique(list) and d.setdefault(key, [])"
            }
            _ => "code of other files is loaded by load(\"lib/x.star\", \"name\")",
        }
        .to_owned()
    };
    slip(&line[0], "there is no import", fix)
}

/// Foreign expressions within a line.
fn inside(line: &[Token<'_>]) -> Vec<Slip> {
    let mut found = Vec::new();
    let mut brackets: Vec<(&str, bool)> = Vec::new();
    for (i, token) in line.iter().enumerate() {
        let previous = i.checked_sub(1).map(|i| &line[i]);
        let next = line.get(i + 1);
        found.extend(word(token, previous, next));
        found.extend(literal(token, next));
        found.extend(operator(line, i, previous, &brackets));
        match token.text {
            "(" | "[" | "{" if token.kind == Kind::Sign => {
                let call = previous
                    .is_some_and(|p| p.kind == Kind::Name && !is_operator_word(p.text) || p.is(")") || p.is("]"));
                if token.text == "{" {
                    found.extend(set_literal(line, i));
                }
                brackets.push((token.text, call));
            }
            ")" | "]" | "}" if token.kind == Kind::Sign => {
                brackets.pop();
            }
            "for" if token.kind == Kind::Name && brackets.last().is_some_and(|(b, _)| *b == "(") => found.push(slip(
                token,
                "there are no generator expressions",
                "put it in square brackets: any([x for x in list])",
            )),
            _ => {}
        }
    }
    found
}

fn is_operator_word(word: &str) -> bool {
    matches!(
        word,
        "in" | "not" | "and" | "or" | "if" | "else" | "return" | "is" | "for" | "lambda" | "elif"
    )
}

fn word(token: &Token<'_>, previous: Option<&Token<'_>>, next: Option<&Token<'_>>) -> Option<Slip> {
    if token.kind != Kind::Name {
        return None;
    }
    match token.text {
        "is" if previous.is_some() => Some(if next.is_some_and(|n| n.is("not")) {
            slip(token, "there is no 'is not'", "write !=, for example x != None")
        } else {
            slip(token, "there is no 'is'", "write ==, for example x == None")
        }),
        "yield" | "await" => Some(slip(token, "functions give one value", "return a list")),
        _ => None,
    }
}

fn literal(token: &Token<'_>, next: Option<&Token<'_>>) -> Option<Slip> {
    if token.kind != Kind::Text {
        return None;
    }
    if next.is_some_and(|next| next.kind == Kind::Text) {
        return Some(slip(
            next?,
            "texts that stand side by side are not joined",
            "put a + between them, or \"\".join([…])",
        ));
    }
    let prefix = token.text.split(['"', '\'']).next()?.to_lowercase();
    if prefix.contains('b') {
        return Some(slip(token, "there are no byte texts", "remove the b"));
    }
    if prefix.contains('u') {
        return Some(slip(token, "the prefix u is not needed", "remove the u"));
    }
    None
}

fn only_names_in_braces(text: &str) -> bool {
    let text = text.replace("{{", "").replace("}}", "");
    text.split('{').skip(1).all(|part| {
        part.split('}')
            .next()
            .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    })
}

fn operator(line: &[Token<'_>], i: usize, previous: Option<&Token<'_>>, brackets: &[(&str, bool)]) -> Option<Slip> {
    let token = &line[i];
    if token.kind != Kind::Sign && token.kind != Kind::Name {
        return None;
    }
    let opens = previous.is_none_or(|p| matches!(p.text, "(" | "[" | "{" | "," | "=") && p.kind == Kind::Sign);
    match token.text {
        ":=" => Some(slip(token, "there is no ':='", "assign on a line of its own")),
        "**" if opens && brackets.last().is_some_and(|(b, _)| *b == "{") => Some(slip(
            token,
            "dictionaries are not unpacked in one another",
            "join them with |, for example a | {\"key\": 1}",
        )),
        "*" if opens && !in_call(brackets) => Some(slip(
            token,
            "lists are not unpacked in one another",
            "join them with +, for example a + [b]",
        )),
        "**" if !opens => Some(slip(token, "there is no power operator", "write the product out")),
        "@" => Some(slip(token, "there is no '@'", "remove it")),
        "<" | ">" | "<=" | ">=" | "==" | "!=" => chained_comparison(line, i),
        _ => None,
    }
}

/// Inside the parentheses of a call or definition, where `*` and `**` may stand.
fn in_call(brackets: &[(&str, bool)]) -> bool {
    brackets.last().is_some_and(|(bracket, call)| *bracket == "(" && *call)
}

/// `a < b < c`, told at the second operator.
fn chained_comparison(line: &[Token<'_>], i: usize) -> Option<Slip> {
    let depth = line[i].depth;
    for token in line[..i].iter().rev() {
        if token.depth < depth {
            return None;
        }
        if token.depth > depth {
            continue;
        }
        match token.text {
            "<" | ">" | "<=" | ">=" | "==" | "!=" if token.kind == Kind::Sign => {
                return Some(slip(
                    &line[i],
                    "comparisons are not chained",
                    "join them with and, for example a < b and b < c",
                ));
            }
            "and" | "or" | "not" | "if" | "else" | "," | ":" | "=" | "for" | "in" | "return" | "lambda"
                if token.kind != Kind::Text =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// `{a, b}` and `{x for …}`: braces without a colon of their own.
fn set_literal(line: &[Token<'_>], open: usize) -> Option<Slip> {
    let depth = line[open].depth + 1;
    let inner: Vec<&Token<'_>> = line[open + 1..]
        .iter()
        .take_while(|token| token.depth >= depth)
        .collect();
    let colon = inner.iter().any(|token| token.depth == depth && token.is(":"));
    let unpacks = inner.first().is_some_and(|token| token.is("**"));
    (!inner.is_empty() && !colon && !unpacks).then(|| {
        slip(
            &line[open],
            "there are no set literals",
            "write set([…]), or unique([…]) for a list without repetitions",
        )
    })
}

/// For the parser's own messages that a person may not understand.
pub(super) fn for_parser_message(message: &str) -> &'static str {
    let lower = message.to_lowercase();
    if lower.contains("indent") || lower.contains("dedent") {
        "indent the lines of a block by four spaces, all alike"
    } else if lower.contains("tab") {
        "use spaces, not tabs"
    } else if lower.contains("keyword") || lower.contains("positional") {
        "positional arguments come first, then name=value, each name once"
    } else {
        "look for a missing comma, colon or bracket just before this place"
    }
}

/// What to write instead of a name of Python's library that is not there.
pub(crate) fn for_unknown_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "os" => "os.environ[\"X\"] is env(\"X\"); with a default, env(\"X\", \"none\")",
        "re" => "re.compile(\"x\") is regex(\"x\")",
        "json" | "yaml" | "toml" | "open" => "files are read by read_json, read_yaml, read_toml and read_text",
        "datetime" | "timedelta" | "time" => "durations are duration(\"4w\"), hours(4), minutes(5)",
        "itertools" => "there are product(a, b) and matrix(axes)",
        "isinstance" => "write type(x) == \"list\"",
        "frozenset" => "write set([…])",
        "defaultdict" | "OrderedDict" | "collections" => "write d.setdefault(key, []).append(value)",
        "subprocess" | "sys" | "random" | "socket" | "shutil" => {
            "a configuration sees only its folder and env(); what a build finds out goes into a property"
        }
        "Interpolate" | "Property" | "BuildFactory" | "BuilderConfig" | "ChangeFilter" | "Secret" | "SUCCESS"
        | "WARNINGS" | "FAILURE" | "SKIPPED" | "EXCEPTION" | "RETRY" | "CANCELLED" => "it is in util: util.…",
        "ShellCommand" | "Git" | "SVN" | "Mercurial" | "Bzr" | "Darcs" | "CVS" | "P4" | "Monotone" | "Compile"
        | "Test" | "Configure" | "ShellSequence" => "it is in steps: steps.…",
        "SingleBranchScheduler" | "AnyBranchScheduler" | "ForceScheduler" | "Nightly" | "Periodic" => {
            "it is in schedulers: schedulers.…"
        }
        "Worker" | "LocalWorker" => "it is in worker: worker.…",
        "GitPoller" => "it is in changes: changes.GitPoller",
        "having" => "workers are not chosen by what they have yet; write workernames=[…]",
        "true" => "write True",
        "false" => "write False",
        "null" | "nil" | "none" => "write None",
        _ => return None,
    })
}

//! The table was recorded from Buildbot 4.3, except where a line says otherwise.

use super::*;
use crate::config::CallError;
use proptest::prelude::*;
use serde_json::json;

struct Build {
    properties: Properties,
    stamp: NewSourceStamp,
    worker: Json,
}

impl RenderContext for Build {
    fn properties(&self) -> &Properties {
        &self.properties
    }
    fn source_stamp(&self, codebase: &str) -> Option<&NewSourceStamp> {
        codebase.is_empty().then_some(&self.stamp)
    }
    fn secret(&self, name: &str) -> Result<String, String> {
        if name == "token" {
            Ok("hush".to_owned())
        } else {
            Err("there is no such secret".to_owned())
        }
    }
    fn worker_info(&self) -> &Json {
        &self.worker
    }
}

fn build() -> Build {
    let mut properties = Properties::default();
    for (name, value) in [
        ("x", json!("X")),
        ("e", json!("")),
        ("z", json!(0)),
        ("f", json!(false)),
        ("t", json!(true)),
        ("n", json!(null)),
        ("l", json!([1, "a"])),
        ("d", json!({"a": 1, "b": "c"})),
        ("i", json!(5)),
        ("fl", json!(1.5)),
    ] {
        properties.set(name, value, "test");
    }
    Build {
        properties,
        stamp: NewSourceStamp {
            branch: Some("main".to_owned()),
            repository: "repo".to_owned(),
            project: "proj".to_owned(),
            ..NewSourceStamp::default()
        },
        worker: json!({"os": "linux"}),
    }
}

fn interpolate(template: &str) -> Result<String, RenderError> {
    let keywords = BTreeMap::from([
        ("a".to_owned(), Render::Const("A".into())),
        ("b".to_owned(), Render::Const(json!([1]))),
        (
            "p".to_owned(),
            Render::Property {
                name: "nope".to_owned(),
                default: None,
                default_when_false: true,
            },
        ),
    ]);
    Interpolate::parse(template, vec![Render::Const("ARG".into())], keywords)?.render(&build())
}

#[test]
fn templates_give_what_buildbot_gives() {
    let table = [
        ("plain", "plain"),
        ("100%%", "100%"),
        ("%s", "ARG"),
        ("%(prop:x)s", "X"),
        ("%(prop:nope)s", ""),
        ("%(prop:n)s", ""),
        ("%(prop:l)s", "[1, 'a']"),
        ("%(prop:d)s", "{'a': 1, 'b': 'c'}"),
        ("%(prop:t)s", "True"),
        ("%(prop:fl)s", "1.5"),
        ("%(prop:z)s", "0"),
        ("%(prop:nope:-d)s", "d"),
        ("%(prop:e:-d)s", ""),
        ("%(prop:n:-d)s", ""),
        ("%(prop:nope:~d)s", "d"),
        ("%(prop:e:~d)s", "d"),
        ("%(prop:z:~d)s", "d"),
        ("%(prop:n:~d)s", "d"),
        ("%(prop:f:~d)s", "d"),
        ("%(prop:x:~d)s", "X"),
        ("%(prop:x:+y)s", "y"),
        ("%(prop:nope:+y)s", ""),
        ("%(prop:e:+y)s", "y"),
        ("%(prop:n:+y)s", "y"),
        ("%(prop:f:+y)s", "y"),
        ("%(prop:x:?|a|b)s", "a"),
        ("%(prop:nope:?|a|b)s", "b"),
        ("%(prop:e:?|a|b)s", "a"),
        ("%(prop:e:#?|a|b)s", "b"),
        ("%(prop:x:#?:a:b)s", "a"),
        ("%(prop:nope:?|a|b|c)s", "b|c"),
        ("%(prop:x:?%a%b)s", "a"),
        ("%(prop:x:?|a|)s", "a"),
        ("%(prop:nope:-%(prop:y:-%(prop:x)s)s)s", "X"),
        ("%(prop:x:?|%(prop:i)s|%(prop:e)s)s", "5"),
        ("%(prop:nope:-a(b)c)s", "a(b)c"),
        ("%(prop:nope:-a:b)s", "a:b"),
        ("%(prop:nope:-%%)s", "%"),
        ("%(prop:nope:-)s", ""),
        ("%(prop:)s", ""),
        ("%(prop:é.a-b:-q)s", "q"),
        ("%(prop:x:-d)s %(prop:i)s", "X 5"),
        ("%(src::branch)s", "main"),
        ("%(src::revision)s", ""),
        ("%(src::revision:-HEAD)s", ""),
        ("%(src::revision:~HEAD)s", "HEAD"),
        ("%(src:zz:branch:-d)s", "d"),
        ("%(src::nope)s", ""),
        ("%(src::branch:?|a|b)s", "a"),
        ("%(kw:a)s", "A"),
        ("%(kw:nope)s", ""),
        ("%(kw:nope:-d)s", "d"),
        ("%(kw:p)s", ""),
        ("%(kw:p:~z)s", "z"),
        ("%(kw:b:#?|yes|no)s", "yes"),
        // Not from the recording: what the peer needs a whole build for.
        ("%(worker:os)s", "linux"),
        ("%(worker:nope:-d)s", "d"),
        ("%(secret:token)s", "hush"),
    ];
    for (template, expected) in table {
        assert_eq!(interpolate(template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn what_buildbot_refuses_is_refused_with_its_place() {
    let table = [
        ("100%", 3, "%%"),
        ("50% off", 2, "%%"),
        ("%(prop:x", 0, "never closed"),
        ("a %(prop:x)", 10, "'s' must follow"),
        ("%(prop:i)05d", 8, "'s' must follow"),
        ("%(prop)s", 2, "no selector"),
        ("%(foo:x)s", 2, "'foo' is no selector"),
        ("%(prop:a b)s", 7, "' ' cannot be"),
        ("%(prop:x:=q)s", 9, "-text"),
        ("%(prop:x:)s", 9, "-text"),
        ("%(prop:x:?)s", 9, "?|yes|no"),
        ("%(prop:x:?,a)s", 9, "separated by ','"),
        ("%(src:branch)s", 6, "src::branch"),
        ("%(prop:nope:-%(bad)s)s", 15, "no selector"),
    ];
    for (template, place, words) in table {
        match interpolate(template) {
            Err(RenderError::Template { at, reason, .. }) => {
                assert_eq!(at, place, "{template}: {reason}");
                assert!(reason.contains(words), "{template}: {reason}");
            }
            other => panic!("{template} gave {other:?}"),
        }
    }
}

#[test]
fn an_argument_that_is_not_given_is_told_when_the_template_is_read() {
    assert_eq!(
        interpolate("%s %s"),
        Err(RenderError::NotGiven("argument 2".to_owned()))
    );
}

#[test]
fn an_absent_secret_is_an_error_and_not_an_empty_text() {
    assert_eq!(
        interpolate("%(secret:other)s").unwrap_err().to_string(),
        "secret 'other': there is no such secret"
    );
}

#[test]
fn a_propertys_default_stands_in_for_false_values_unless_told_otherwise() {
    let property = |name: &str, default_when_false| Render::Property {
        name: name.to_owned(),
        default: Some(Box::new(Render::Const("d".into()))),
        default_when_false,
    };
    let table = [
        ("x", true, "X"),
        ("e", true, "d"),
        ("e", false, ""),
        ("nope", true, "d"),
        ("nope", false, "d"),
    ];
    for (name, when_false, expected) in table {
        assert_eq!(
            property(name, when_false).render(&build()),
            Ok(json!(expected)),
            "{name} {when_false}"
        );
    }
}

#[derive(Debug)]
struct Doubles;

impl Function for Doubles {
    fn call(&self, argument: FunctionArgument<'_>) -> Result<Json, CallError> {
        let FunctionArgument::Properties(properties) = argument else {
            panic!("a renderer is given properties");
        };
        let number = properties.get("i").and_then(Json::as_i64).ok_or(CallError {
            function: "doubles".to_owned(),
            reason: "no i".to_owned(),
        })?;
        Ok(json!(number * 2))
    }
    fn name(&self) -> &str {
        "doubles"
    }
}

#[test]
fn lists_and_dictionaries_are_rendered_inside() {
    let call = Render::Call(Arc::new(Doubles));
    let value = Render::Dict(vec![(
        "list".to_owned(),
        Render::List(vec![
            Render::Const(json!(1)),
            call.clone(),
            Render::Secret("token".to_owned()),
        ]),
    )]);
    assert_eq!(value.render(&build()), Ok(json!({"list": [1, 10, "hush"]})));
    assert_eq!(value.constant(), None);
    assert_eq!(Render::List(vec![Render::Const(json!(1))]).constant(), Some(json!([1])));
    let empty = Build {
        properties: Properties::default(),
        ..build()
    };
    assert_eq!(call.render(&empty).unwrap_err().to_string(), "doubles: no i");
}

#[test]
fn parts_nested_without_end_are_refused() {
    let template = "%(prop:x:-".repeat(50_000) + &")s".repeat(50_000);
    assert!(interpolate(&template).unwrap_err().to_string().contains("nested"));
}

proptest! {
    #[test]
    fn no_template_panics(template in r"[%()s:prokwc\-~+?#|a ]{0,40}") {
        let _ = interpolate(&template);
    }

    #[test]
    fn text_without_percent_signs_stays_as_it_is(template in "[^%]{0,60}") {
        prop_assert_eq!(interpolate(&template), Ok(template));
    }
}

//! Functions of the configuration, called as the master calls them.

use super::{config_of, evaluate_in, folder, shown, with_steps};
use model::config::{ChangeFilter, Collapse, Function, FunctionArgument, Importance, Render, SchedulerKind, StepKind};
use model::{Change, Json, NewChange, NewSourceStamp, Properties, SourceStamp};
use serde_json::json;
use std::sync::Arc;

/// The `doStepIf` of the only step.
fn condition(step: &str) -> Arc<dyn Function> {
    condition_of(&config_of(&with_steps(step)))
}

fn condition_of(config: &model::config::MasterConfig) -> Arc<dyn Function> {
    match &config.builders[0].steps[0].common.do_step_if {
        Render::Call(function) => function.clone(),
        other => panic!("{other:?}"),
    }
}

fn properties() -> Properties {
    let mut properties = Properties::default();
    properties.set("x", json!({"list": [1, "a"]}), "test");
    properties.set("branch", "release-2", "test");
    properties.set("zero", 0, "test");
    properties
}

fn ask(function: &dyn Function) -> Result<Json, String> {
    function
        .call(FunctionArgument::Properties(&properties()))
        .map_err(|error| error.to_string())
}

#[test]
fn functions_see_the_properties() {
    let table = [
        ("lambda p: p.get('x')['list'][1]", json!("a")),
        ("lambda p: p['branch'].startswith('release')", json!(true)),
        ("lambda p: p.getProperty('nope', 7)", json!(7)),
        ("lambda p: p.get('nope')", json!(null)),
        (
            "lambda p: [p.has('x'), p.hasProperty('nope'), 'zero' in p]",
            json!([true, false, true]),
        ),
        (
            "lambda p: {'a': 1.5, 'b': (1, None)}",
            json!({"a": 1.5, "b": [1, null]}),
        ),
        ("lambda step: step.build.getProperty('zero')", json!(0)),
        ("lambda p: on_branch_release(p) and not if_zero(p)", json!(true)),
    ];
    for (lambda, expected) in table {
        let text = format!(
            "on_branch_release = on_branch('release-*')\nif_zero = if_prop('zero')\n{}",
            with_steps(&format!("steps.Test(doStepIf={lambda})"))
        );
        assert_eq!(ask(&*condition_of(&config_of(&text))), Ok(expected), "{lambda}");
    }
}

#[test]
fn ready_made_conditions_answer() {
    let table = [
        ("on_branch('main', 'release-*')", true),
        ("on_branch('main')", false),
        ("if_prop('x')", true),
        ("if_prop('zero')", false),
        ("if_prop('zero', 0)", true),
        ("if_prop('nope')", false),
    ];
    for (call, expected) in table {
        let function = condition(&format!("steps.Test(doStepIf={call})"));
        assert_eq!(ask(&*function), Ok(json!(expected)), "{call}");
    }
}

#[test]
fn a_function_may_come_from_a_loaded_file_and_use_its_values() {
    let folder = folder(&[
        (
            "lib/conditions.star",
            "LIMIT = {'n': 3}\ndef small(p):\n    return p.get('zero') < LIMIT['n']\nTEST = steps.Test(doStepIf=small)\n",
        ),
        (
            "master.star",
            &format!(
                "load('lib/conditions.star', 'small', 'TEST')\n{}",
                with_steps("TEST, steps.Test(doStepIf=small)")
            ),
        ),
    ]);
    let evaluation = evaluate_in(folder.path());
    let problems = shown(&evaluation);
    let config = evaluation.config.unwrap_or_else(|| panic!("{problems}"));
    for step in &config.builders[0].steps {
        let Render::Call(function) = &step.common.do_step_if else {
            panic!("{step:?}")
        };
        assert_eq!(ask(&**function), Ok(json!(true)));
    }
}

#[test]
fn what_goes_wrong_in_a_function_names_the_function_and_its_place() {
    let table = [
        ("lambda p: p['nope']", "there is no property 'nope'"),
        ("lambda p: 1 // 0", "zero"),
        (
            "lambda p: steps.Git('x')",
            "only be used while the configuration is read",
        ),
        (
            "lambda p: read_text('master.star')",
            "only be used while the configuration is read",
        ),
        ("lambda p: print", "no plain value"),
    ];
    for (lambda, words) in table {
        let function = condition(&format!("steps.Test(doStepIf={lambda})"));
        assert_eq!(function.name(), "lambda (master.star:5)");
        let error = ask(&*function).unwrap_err();
        assert!(error.starts_with("lambda (master.star:5): "), "{error}");
        assert!(error.contains(words), "{lambda}: {error}");
    }
}

#[test]
fn a_function_without_end_is_ended_and_the_next_call_works() {
    let bodies = [
        "    for i in range(1000000000000):\n        pass\n",
        "    return f(p)\n",
        "    x = 'a'\n    for i in range(100000):\n        x = [x, x, x, x, 'b' * 1000]\n",
        "    x = []\n    x.append(x)\n    return x\n",
    ];
    for body in bodies {
        let text = format!(
            "def f(p):\n{body}\n{}",
            with_steps("steps.Test(doStepIf=f), steps.Test(doStepIf=lambda p: 1)")
        );
        let config = config_of(&text);
        let error = ask(&*condition_of(&config));
        assert!(
            error.as_ref().is_err_and(|e| e.starts_with("f (master.star")),
            "{body}: {error:?}"
        );
        let Render::Call(other) = &config.builders[0].steps[1].common.do_step_if else {
            panic!()
        };
        assert_eq!(ask(&**other), Ok(json!(1)));
    }
}

fn change(branch: &str, file: &str) -> Change {
    Change {
        id: model::ChangeId(3),
        new: NewChange {
            author: "Ann <ann@example.org>".to_owned(),
            committer: None,
            branch: Some(branch.to_owned()),
            revision: Some("abc".to_owned()),
            revlink: String::new(),
            category: None,
            comments: "[skip ci] words".to_owned(),
            files: vec![file.to_owned()],
            when: model::Time::default(),
            repository: "/srv/x".to_owned(),
            project: String::new(),
            codebase: String::new(),
            properties: properties(),
        },
        parent: None,
        source_stamp: SourceStamp {
            id: model::SourceStampId(1),
            new: NewSourceStamp::default(),
            patch_id: None,
            created_at: model::Time::default(),
        },
    }
}

fn scheduler(arguments: &str) -> SchedulerKind {
    let text = with_steps("steps.Test()")
        + &format!(
            "c['schedulers'].append(schedulers.SingleBranchScheduler(name='s', builderNames=['b'], {arguments}))\n"
        );
    config_of(&text).schedulers.remove(1).kind
}

fn filter(arguments: &str) -> ChangeFilter {
    match scheduler(&format!("change_filter=util.ChangeFilter({arguments})")) {
        SchedulerKind::SingleBranch(tree) => tree.filter,
        other => panic!("{other:?}"),
    }
}

#[test]
fn filters_ask_functions() {
    let table = [
        ("filter_fn=lambda c: 'skip ci' not in c.comments", "main", false),
        (
            "filter_fn=lambda c: c.author.startswith('Ann') and c.files == ['src/a.c']",
            "main",
            true,
        ),
        ("filter_fn=if_files('**/*.c')", "main", true),
        ("filter_fn=if_files('*.md')", "main", false),
        ("filter_fn=lambda c: c.properties.get('zero') == 0", "main", true),
        ("branch_fn=lambda b: b != 'main'", "main", false),
        ("branch_fn=lambda b: b != 'main'", "dev", true),
        ("branch_re='rel'", "release", true),
        ("branch_re='ease'", "release", false),
        ("property_eq={'branch': 'release-2'}", "main", true),
    ];
    for (arguments, branch, expected) in table {
        let accepted = filter(arguments).accepts(&change(branch, "src/a.c"));
        assert_eq!(accepted.is_ok(), expected, "{arguments}: {accepted:?}");
    }
}

#[test]
fn importance_is_a_function_of_the_change() {
    let SchedulerKind::SingleBranch(tree) =
        scheduler("fileIsImportant=lambda c: any([f.endswith('.c') for f in c.files])")
    else {
        panic!()
    };
    let Importance::Asked(function) = &tree.important else {
        panic!("{:?}", tree.important)
    };
    let asked = |file: &str| function.call(FunctionArgument::Change(&change("main", file)));
    assert_eq!(asked("a.c"), Ok(json!(true)));
    assert_eq!(asked("a.md"), Ok(json!(false)));
}

#[test]
fn other_arguments_arrive() {
    let lambda = "lambda code, out, err: {'all': '%d %s %s' % (code, out, err)}";
    let config = config_of(&with_steps(&format!(
        "steps.SetPropertyFromCommand(command='x', extract_fn={lambda})"
    )));
    let StepKind::SetPropertyFromCommand {
        extract: Some(function),
        ..
    } = &config.builders[0].steps[0].kind
    else {
        panic!()
    };
    assert_eq!(
        function.call(FunctionArgument::Output(2, "o", "e")),
        Ok(json!({"all": "2 o e"}))
    );
    let text = with_steps("steps.Test()") + "c['collapseRequests'] = lambda a, b: a['priority'] < b['priority']\n";
    let Collapse::Asked(function) = config_of(&text).collapse else {
        panic!()
    };
    assert_eq!(function.name(), "lambda (master.star)");
    let (one, other) = (json!({"priority": 1}), json!({"priority": 2}));
    assert_eq!(function.call(FunctionArgument::Requests(&one, &other)), Ok(json!(true)));
}

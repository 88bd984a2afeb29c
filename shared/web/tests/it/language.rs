//! The query language, over a collection that the store filters and over one that is filtered in memory.

use crate::farm::Farm;
use crate::history;
use serde_json::json;

#[tokio::test]
async fn good_queries_give_the_rows_they_mean() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let running = history::running(&farm).await;
    let (green, red, running) = (made.green.id.0, made.red.id.0, running.0);
    let all = vec![green, red, running];
    let started = history::START.seconds() + 20;
    for (query, ids) in [
        (String::new(), all.clone()),
        ("results=0".into(), vec![green]),
        ("results=0&results=2".into(), vec![green, red]),
        ("results__eq=2".into(), vec![red]),
        ("results__ne=0".into(), vec![red]),
        ("results__in=0&results__in=2".into(), vec![green, red]),
        ("results__notin=0&results__notin=6".into(), vec![red]),
        ("results__lt=2".into(), vec![green]),
        ("results__le=2".into(), vec![green, red]),
        ("results__lt=2&results__lt=1".into(), all.clone()),
        ("complete=false".into(), vec![running]),
        ("complete=ON&number=1".into(), vec![green, red]),
        (format!("buildid__gt={green}&buildid__le={red}"), vec![red]),
        ("state_string__contains=don".into(), vec![green, red]),
        (
            "state_string__contains=don&state_string__contains=creat".into(),
            all.clone(),
        ),
        (format!("started_at={started}"), vec![green, red]),
        (format!("started_at__gt={started}"), vec![running]),
        (format!("complete_at__ge={started}"), vec![green, red]),
        ("order=-buildid".into(), vec![running, red, green]),
        ("order=-number&order=buildid".into(), vec![running, green, red]),
        ("order=results&order=buildid".into(), vec![running, green, red]),
        ("limit=1".into(), vec![green]),
        ("limit=1&limit=2".into(), vec![green]),
        ("limit=0".into(), vec![]),
        ("limit=-1".into(), all.clone()),
        ("limit=1&offset=1".into(), vec![red]),
        ("offset=-3".into(), all.clone()),
        ("offset=99".into(), vec![]),
        ("field=buildid".into(), all.clone()),
        ("field=buildid&field=results&results=0".into(), vec![green]),
        ("nosuch__eq=1".into(), all.clone()),
        ("buildid__nosuch=1".into(), all.clone()),
        ("a__b__c=1".into(), all.clone()),
        ("nothing".into(), all.clone()),
        ("&&=&".replace("=", ""), all.clone()),
    ] {
        let rows = farm.rows(&format!("builds?{query}")).await;
        let ours: Vec<i64> = rows.iter().map(|row| row["buildid"].as_i64().expect("an id")).collect();
        assert_eq!(ours, ids, "{query}");
    }
    for (query, names) in [
        ("name=unit-tests&name=nosuch", vec!["unit-tests"]),
        ("tags__contains=linux&order=-name", vec!["unit-tests", "mac (10.15)"]),
        ("tags=linux", vec![]),
        ("projectid=1", vec!["unit-tests"]),
        ("masterids__contains=1&limit=1", vec!["unit-tests"]),
        ("masterids__contains=2", vec![]),
        ("description__contains=widget", vec!["unit-tests"]),
        ("name__contains=", vec!["unit-tests", "mac (10.15)"]),
        ("order=projectid", vec!["mac (10.15)", "unit-tests"]),
    ] {
        let rows = farm.rows(&format!("builders?{query}")).await;
        let ours: Vec<_> = rows.iter().map(|row| row["name"].as_str().expect("a name")).collect();
        assert_eq!(ours, names, "{query}");
    }
}

#[tokio::test]
async fn bad_queries_are_refused_in_buildbots_words() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let one = format!("builds/{}", made.green.id);
    let one = one.as_str();
    for (path, query, text) in [
        ("builds", "limit=x", "invalid limit"),
        ("builds", "limit=", "invalid limit"),
        ("builds", "offset=x", "invalid offset"),
        ("builds", "order=nosuch", "no such field 'nosuch'"),
        ("builds", "order=-nosuch", "no such field 'nosuch'"),
        ("builds", "order=", "no such field ''"),
        ("builds", "order=properties", "cannot order on field 'properties'"),
        ("builds", "field=nosuch", "no such field 'nosuch'"),
        ("builds", "nosuch=1", "unrecognized query parameter 'nosuch'"),
        ("builds", "branch=main", "unrecognized query parameter 'branch'"),
        ("builds", "buildid=abc", "invalid filter value for buildid"),
        ("builds", "complete=maybe", "invalid filter value for complete"),
        ("builds", "results=null", "invalid filter value for results"),
        ("builds", "results__eq=", "invalid filter value for results__eq"),
        ("builds", "properties=x", "invalid filter value for properties"),
        (
            "builds",
            "field=buildid&order=number",
            "cannot order on un-selected fields",
        ),
        (
            "builds",
            "field=buildid&number=1",
            "cannot filter on un-selected fields",
        ),
        (
            "changes",
            "project__eq=widget&limit=3&order=-changeid&field=changeid",
            "cannot filter on un-selected fields",
        ),
        (one, "complete=true", "this is not a collection"),
        ("forceschedulers", "name=two%20words", "invalid filter value for name"),
    ] {
        let (status, answer) = farm.read(&format!("{path}?{query}")).await;
        assert_eq!((status, answer), (400, json!({"error": text})), "{path}?{query}");
    }
    for query in ["limit=1", "order=-buildid", "offset=4", "field=buildid"] {
        let (status, answer) = farm.read(&format!("{one}?{query}")).await;
        assert_eq!(status, 200, "{query}: {answer}");
    }
    let selected = farm.rows(&format!("{one}?field=buildid")).await;
    assert_eq!(selected, [json!({"buildid": made.green.id})]);
}

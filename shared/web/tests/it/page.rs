//! The front end's files.

use crate::farm::{Farm, Wish};
use reqwest::Response;
use web::FrontEnd;

async fn farm() -> (Farm, tempfile::TempDir) {
    let dist = tempfile::TempDir::new().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(dist.path().join(name), text).expect("a file");
    std::fs::create_dir(dist.path().join("assets")).expect("a folder");
    write("index.html", "<!doctype html><title>Outpost</title>");
    write("icon.svg", "<svg/>");
    write("assets/index-abc123.js", &"console.log(1);\n".repeat(200));
    std::fs::write(dist.path().parent().expect("a parent").join("outside.js"), "secret").expect("a file");
    let farm = Farm::with(Wish {
        front_end: FrontEnd::Folder(dist.path().to_owned()),
        ..Wish::default()
    })
    .await;
    (farm, dist)
}

async fn get(farm: &Farm, path: &str) -> Response {
    farm.client.get(farm.url(path)).send().await.expect("an answer")
}

#[tokio::test]
async fn files_and_the_pages_own_routes() {
    let (farm, _dist) = farm().await;
    let html = "text/html; charset=utf-8";
    for (path, status, media, caching) in [
        ("/", 200, html, "no-cache"),
        ("/builders/4", 200, html, "no-cache"),
        ("/builders/mac%20(10.15)/builds/7", 200, html, "no-cache"),
        ("/index.html", 200, html, "no-cache"),
        ("/icon.svg", 200, "image/svg+xml", "no-cache"),
        (
            "/assets/index-abc123.js",
            200,
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let answer = get(&farm, path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(
            (&answer.headers()["content-type"], &answer.headers()["cache-control"]),
            (&media.parse().expect("a header"), &caching.parse().expect("a header")),
            "{path}"
        );
        let policy = answer.headers()["content-security-policy"].to_str().expect("text");
        assert!(
            policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    for path in [
        "/assets/gone-123.js",
        "/assets/",
        "/nosuch.css",
        "/%2e%2e/outside.js",
        "/..%2foutside.js",
    ] {
        assert_eq!(get(&farm, path).await.status(), 404, "{path}");
    }
    let post = farm
        .client
        .post(farm.url("/builders/4"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(post.status(), 405);
}

#[tokio::test]
async fn a_browser_that_has_the_file_is_not_sent_it_again() {
    let (farm, _dist) = farm().await;
    let first = get(&farm, "/icon.svg").await;
    let tag = first.headers()["etag"].clone();
    let again = farm
        .client
        .get(farm.url("/icon.svg"))
        .header("if-none-match", tag)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (again.status().as_u16(), again.text().await.expect("a body").as_str()),
        (304, "")
    );
}

#[tokio::test]
async fn scripts_are_compressed() {
    let (farm, _dist) = farm().await;
    let request = farm
        .client
        .get(farm.url("/assets/index-abc123.js"))
        .header("accept-encoding", "gzip");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.expect("a body").len() < 1000);
}

#[tokio::test]
async fn without_a_front_end_the_page_says_how_to_build_it() {
    let empty = tempfile::TempDir::new().expect("a temporary folder");
    let farm = Farm::with(Wish {
        front_end: FrontEnd::Folder(empty.path().to_owned()),
        ..Wish::default()
    })
    .await;
    let answer = get(&farm, "/").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.expect("a body").contains("npm run build"));
}

#[tokio::test]
async fn the_built_in_page_is_there_or_says_how_to_build_it() {
    let farm = Farm::with(Wish {
        front_end: FrontEnd::BuiltIn,
        ..Wish::default()
    })
    .await;
    let answer = get(&farm, "/builders").await;
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let text = answer.text().await.expect("a body");
    let expected = if status == 200 {
        "<div id=\"app\">"
    } else {
        "npm run build"
    };
    assert!(
        matches!(status, 200 | 503) && text.contains(expected),
        "{status}: {text}"
    );
}

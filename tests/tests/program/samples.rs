//! Every kind of project whose tool is here: set up by `init` only, built green, broken, built red.

use std::path::Path;
use tests::{Outpost, Repository, has, skip};

/// Builds a sample green, breaks a file, and builds it red.
async fn green_and_red(kind: &str, tools: &[&str], file: &str, good: &str, bad: &str) {
    if let Some(missing) = tools.iter().find(|tool| !has(tool)) {
        return skip(&format!("{kind}: {missing} is not installed"));
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(kind);
    let repository = Repository::of_folder(kind, &source);
    let outpost = Outpost::start().await;
    let output = outpost.cli(&["init", "--yes", repository.path().to_str().expect("text")]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.contains("Unknown host") {
        return skip(&format!("{kind}: its packages cannot be reached from here"));
    }
    assert!(
        output.status.success() && said.contains("success"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = std::fs::read_to_string(repository.path().join(file)).expect("the file");
    assert!(text.contains(good), "{file} has what is to be broken");
    repository.write(file, &text.replace(good, bad));
    repository.commit("break it");
    let red = outpost.built(kind, 2).await;
    assert_eq!(red["results"], 2, "{red:#}");
}

macro_rules! samples {
    ($($name:ident: $tools:expr, $file:literal, $good:literal => $bad:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            green_and_red(stringify!($name), &$tools, $file, $good, $bad).await;
        }
    )+};
}

samples! {
    make: ["make", "cc"], "answer.c", "6 * 7" => "6 * 9";
    autotools: ["autoreconf", "automake", "make", "cc"], "answer.c", "6 * 7" => "6 * 9";
    cmake: ["cmake", "cc"], "answer.c", "6 * 7" => "6 * 9";
    meson: ["meson", "ninja", "cc"], "answer.c", "6 * 7" => "6 * 9";
    cargo: ["cargo"], "src/lib.rs", "6 * 7" => "6 * 9";
    npm: ["npm", "node"], "answer.js", "6 * 7" => "6 * 9";
    pnpm: ["pnpm"], "answer.js", "6 * 7" => "6 * 9";
    yarn: ["yarn"], "answer.js", "6 * 7" => "6 * 9";
    pytest: ["python3"], "src/sample/__init__.py", "6 * 7" => "6 * 9";
    tox: ["tox"], "test_answer.py", "6 * 7" => "6 * 9";
    go: ["go"], "answer.go", "6 * 7" => "6 * 9";
    maven: ["mvn", "javac"], "src/main/java/sample/Answer.java", "6 * 7" => "6 * seven";
    gradle: ["gradle", "javac"], "build.gradle", "id 'java'" => "id 'no-such-plugin'";
    dotnet: ["dotnet"], "Program.cs", "6 * 7" => "6 * seven";
    scripts: ["cc"], "build", "6 \\* 7" => "6 \\* 9";
}

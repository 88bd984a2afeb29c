//! The steps proposed for a repository of each kind; the samples are built for real by the whole-program tests.

use app::detect::{ProposedStep, Tree, missing, recognise};
use std::path::Path;

/// The committed files of a sample, read from its folder.
fn sample(kind: &str) -> Tree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/samples")
        .join(kind);
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(&folder)
                    .expect("below")
                    .to_string_lossy()
                    .into_owned();
                use std::os::unix::fs::PermissionsExt;
                let executable = path.metadata().expect("facts").permissions().mode() & 0o111 != 0;
                files.push((name, executable, std::fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }
    Tree::of_files(
        files
            .iter()
            .map(|(name, executable, text)| (name.as_str(), *executable, text.as_str())),
    )
}

#[track_caller]
fn check(kind: &str, name: &str, steps: &[(&str, &str)]) {
    let found = recognise(&sample(kind));
    let first = found
        .first()
        .unwrap_or_else(|| panic!("nothing is recognised in {kind}"));
    assert_eq!(first.name, name);
    let got: Vec<(&str, &str)> = first
        .steps
        .iter()
        .map(|s| (s.name.as_str(), s.command.as_str()))
        .collect();
    assert_eq!(got, steps);
}

#[test]
fn make() {
    check("make", "Make (Makefile)", &[("build", "make"), ("test", "make test")]);
}

#[test]
fn autotools() {
    check(
        "autotools",
        "Autotools (configure.ac)",
        &[
            ("prepare", "autoreconf --install"),
            ("configure", "./configure"),
            ("build", "make"),
            ("test", "make check"),
        ],
    );
}

#[test]
fn cmake() {
    check(
        "cmake",
        "CMake (CMakeLists.txt)",
        &[
            ("configure", "cmake -S . -B build"),
            ("build", "cmake --build build --parallel"),
            ("test", "cd build && ctest --output-on-failure"),
        ],
    );
}

#[test]
fn meson() {
    check(
        "meson",
        "Meson (meson.build)",
        &[
            ("configure", "meson setup build"),
            ("build", "meson compile -C build"),
            ("test", "meson test -C build --print-errorlogs"),
        ],
    );
}

#[test]
fn cargo() {
    check(
        "cargo",
        "Cargo (Cargo.toml)",
        &[("build", "cargo build --locked"), ("test", "cargo test --locked")],
    );
}

#[test]
fn npm() {
    check(
        "npm",
        "npm (package.json, package-lock.json)",
        &[("build", "npm run build"), ("test", "npm test")],
    );
}

#[test]
fn pnpm() {
    check(
        "pnpm",
        "pnpm (package.json, pnpm-lock.yaml)",
        &[("install", "pnpm install --frozen-lockfile"), ("test", "pnpm test")],
    );
}

#[test]
fn yarn() {
    check(
        "yarn",
        "Yarn (package.json, yarn.lock)",
        &[("install", "yarn install --frozen-lockfile"), ("test", "yarn test")],
    );
}

#[test]
fn pytest() {
    check(
        "pytest",
        "Python with pytest (pyproject.toml)",
        &[
            ("environment", "python3 -m venv .venv"),
            ("install", ".venv/bin/pip install --quiet -e '.[test]' pytest"),
            ("test", ".venv/bin/python -m pytest"),
        ],
    );
}

#[test]
fn tox() {
    check("tox", "tox (tox.ini)", &[("test", "tox")]);
}

#[test]
fn go() {
    check(
        "go",
        "Go (go.mod)",
        &[("build", "go build ./..."), ("test", "go test ./...")],
    );
}

#[test]
fn maven() {
    check(
        "maven",
        "Maven (pom.xml)",
        &[
            ("build", "mvn --batch-mode --no-transfer-progress -DskipTests package"),
            ("test", "mvn --batch-mode --no-transfer-progress verify"),
        ],
    );
}

#[test]
fn gradle() {
    check(
        "gradle",
        "Gradle (build.gradle)",
        &[
            ("build", "./gradlew --console=plain assemble"),
            ("test", "./gradlew --console=plain check"),
        ],
    );
}

#[test]
fn dotnet() {
    check(
        "dotnet",
        ".NET (sample.csproj)",
        &[("build", "dotnet build"), ("test", "dotnet test --no-build")],
    );
}

#[test]
fn scripts_of_its_own_come_first() {
    check(
        "scripts",
        "Scripts of its own (build, test)",
        &[("build", "./build"), ("test", "./test")],
    );
    assert!(
        recognise(&sample("scripts"))
            .iter()
            .any(|other| other.name.starts_with("Make")),
        "make is offered as well"
    );
}

#[test]
fn nothing_is_made_up() {
    assert_eq!(
        recognise(&Tree::of_files([
            ("README.md", false, "hello"),
            ("build/notes.txt", false, "")
        ])),
        vec![]
    );
    assert_eq!(recognise(&Tree::of_files([("build", false, "not executable")])), vec![]);
}

#[test]
fn broken_files_of_a_kind_do_not_break_detection() {
    let found = recognise(&Tree::of_files([
        ("package.json", false, "{ not json"),
        ("pyproject.toml", false, "= not toml"),
    ]));
    assert_eq!(found.len(), 2);
}

#[test]
fn missing_programs_are_named_once() {
    let step = |command: &str| ProposedStep {
        name: "x".to_owned(),
        command: command.to_owned(),
    };
    let steps = [step("mvn a"), step("mvn b"), step("./gradlew c"), step("make")];
    assert_eq!(missing(&steps, |program| program == "make"), ["mvn"]);
}

//! The client of a tree, as a Perforce server is told of it.

use crate::step::run::{Broken, StepRun};
use model::Json;
use model::config::P4Source;

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name, which is the server's key.
    pub name: String,
    /// Whose it is.
    pub user: String,
    /// The tree's whole path on the worker.
    root: String,
    options: String,
    line_end: String,
    kind: String,
    /// The stream that says what stands in the tree, in place of `view`.
    stream: Option<String>,
    /// A path of the depot and where it stands.
    view: Vec<(String, String)>,
}

impl Client {
    /// The client of the tree in `folder`.
    pub async fn of(run: &mut StepRun<'_>, p4: &P4Source, branch: &str, folder: &str) -> Result<Client, Broken> {
        let base = run.render_text("p4base", &p4.p4base).await?;
        let top = joined(&base, branch);
        let viewed = pairs("p4viewspec", &run.render(&p4.p4viewspec).await?)?;
        let extra = pairs("p4extra_views", &run.render(&p4.p4extra_views).await?)?;
        let name = run.render_text("p4client", &p4.p4client).await?;
        Ok(Client {
            root: root(run, folder)?,
            user: run.render_text("p4user", &p4.p4user).await?,
            options: run
                .render_text("p4client_spec_options", &p4.p4client_spec_options)
                .await?,
            line_end: p4.p4line_end.clone(),
            kind: run.render_text("p4client_type", &p4.p4client_type).await?,
            stream: p4.stream.then(|| top.trim_end_matches('/').to_owned()),
            view: view(&name, &top, &viewed, &extra, &p4.p4viewspec_suffix),
            name,
        })
    }
}

/// What `p4 client -i` reads.
pub fn specification(client: &Client) -> String {
    let mut text = format!("Client: {}\n\n", client.name);
    if !client.user.is_empty() {
        text.push_str(&format!("Owner: {}\n\n", client.user));
    }
    text.push_str(&format!("Description:\n\tCreated for {}\n\n", client.name));
    for (field, value) in [
        ("Root", &client.root),
        ("Options", &client.options),
        ("LineEnd", &client.line_end),
        ("Type", &client.kind),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("{field}:\t{value}\n\n"));
        }
    }
    if let Some(stream) = &client.stream {
        text.push_str(&format!("Stream:\t{stream}\n"));
        return text;
    }
    text.push_str("View:\n");
    for (depot, tree) in &client.view {
        text.push_str(&format!("\t{} {}\n", quoted(depot), quoted(tree)));
    }
    text
}

/// Which paths of the depot stand where: base and branch, or in their place the given ones; and further ones.
fn view(
    client: &str,
    top: &str,
    viewed: &[(String, String)],
    extra: &[(String, String)],
    suffix: &str,
) -> Vec<(String, String)> {
    let place = |path: &str| match path.trim_matches('/') {
        "" => format!("//{client}/"),
        path => format!("//{client}/{path}/"),
    };
    let mut all: Vec<(String, String)> = viewed
        .iter()
        .map(|(depot, tree)| (format!("{depot}{suffix}"), format!("{}{suffix}", place(tree))))
        .collect();
    if all.is_empty() {
        all.push((format!("{}/...", top.trim_end_matches('/')), format!("//{client}/...")));
    }
    let further = extra.iter();
    all.extend(further.map(|(depot, tree)| {
        let depot = depot.trim_end_matches('/');
        (format!("{depot}/..."), format!("{}...", place(tree)))
    }));
    all
}

/// Base and branch, with one slash between them.
fn joined(base: &str, branch: &str) -> String {
    let (base, branch) = (base.trim_end_matches('/'), branch.trim_matches('/'));
    if branch.is_empty() {
        base.to_owned()
    } else {
        format!("{base}/{branch}")
    }
}

/// A path with spaces stands in quotes.
fn quoted(path: &str) -> String {
    if path.contains(' ') {
        format!("\"{path}\"")
    } else {
        path.to_owned()
    }
}

/// The tree's whole path, since a server takes no other.
fn root(run: &StepRun<'_>, folder: &str) -> Result<String, Broken> {
    match run.context.properties.get("builddir") {
        Some(Json::String(builddir)) if builddir.contains('\\') && !builddir.contains('/') => {
            Ok(format!("{builddir}\\{}", folder.replace('/', "\\")))
        }
        Some(Json::String(builddir)) => Ok(format!("{builddir}/{folder}")),
        _ => Err(Broken::Failed(
            "the worker does not tell its folder, which Perforce must know; use a worker of Buildbot 0.9 or newer"
                .to_owned(),
        )),
    }
}

/// Pairs of texts.
fn pairs(what: &str, value: &Json) -> Result<Vec<(String, String)>, Broken> {
    let pair = |item: &Json| match item.as_array().map(Vec::as_slice) {
        Some([Json::String(depot), Json::String(tree)]) => Ok((depot.clone(), tree.clone())),
        _ => Err(Broken::Failed(format!(
            "{what} should be a list of pairs (path in the depot, path in the tree), but has {item}"
        ))),
    };
    match value {
        Json::Null => Ok(Vec::new()),
        Json::Array(items) => items.iter().map(pair).collect(),
        other => Err(Broken::Failed(format!(
            "{what} should be a list of pairs, but is {other}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(stream: Option<&str>, view: Vec<(String, String)>) -> Client {
        Client {
            name: "c".to_owned(),
            user: "ada".to_owned(),
            root: "/w/b/build".to_owned(),
            options: "allwrite rmdir".to_owned(),
            line_end: "local".to_owned(),
            kind: String::new(),
            stream: stream.map(str::to_owned),
            view,
        }
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn base_and_branch_are_the_tree() {
        let extra = owned(&[("//depot/tools/", "my tools")]);
        let client = client(None, view("c", "//depot/main/", &[], &extra, "..."));
        assert_eq!(
            specification(&client),
            "Client: c\n\nOwner: ada\n\nDescription:\n\tCreated for c\n\nRoot:\t/w/b/build\n\n\
             Options:\tallwrite rmdir\n\nLineEnd:\tlocal\n\nView:\n\t//depot/main/... //c/...\n\
             \t//depot/tools/... \"//c/my tools/...\"\n"
        );
    }

    #[test]
    fn a_view_stands_in_place_of_base_and_branch() {
        let viewed = owned(&[("//depot/a/", "x"), ("//depot/b/", "")]);
        let view = view("c", "//depot/main", &viewed, &[], "...");
        assert_eq!(
            view,
            owned(&[("//depot/a/...", "//c/x/..."), ("//depot/b/...", "//c/...")])
        );
    }

    #[test]
    fn a_stream_has_its_view_on_the_server() {
        let client = client(Some("//depot/main"), owned(&[("//depot/x/...", "//c/...")]));
        let text = specification(&client);
        assert!(text.ends_with("Stream:\t//depot/main\n"), "{text}");
    }
}

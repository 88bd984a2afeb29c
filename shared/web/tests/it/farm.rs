//! A master with its HTTP face on a free port, and some history in its store.

use master::Master;
use model::config::{
    BuilderConfig, ForceField, ForceKind, ForceScheduler, MasterConfig, ProjectConfig, SchedulerConfig, SchedulerKind,
    TreeScheduler, WorkerConfig,
};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use store::Store;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{Access, Commands, FrontEnd, Gate, NoCommands, Setup};

/// Everything that a test needs. Ends with the test.
pub struct Farm {
    pub master: Master,
    pub store: Store,
    pub gate: Gate,
    pub address: SocketAddr,
    pub client: Client,
    pub router: axum::Router,
    stop: Option<oneshot::Sender<()>>,
    pub folder: TempDir,
}

/// How a farm differs from the usual one.
pub struct Wish {
    pub config: MasterConfig,
    pub access: Access,
    pub front_end: FrontEnd,
    pub commands: Arc<dyn Commands>,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish {
            config: config(),
            access: Access::default(),
            front_end: FrontEnd::Absent,
            commands: Arc::new(NoCommands),
        }
    }
}

impl Farm {
    pub async fn new() -> Farm {
        Farm::with(Wish::default()).await
    }

    pub async fn with(wish: Wish) -> Farm {
        let folder = TempDir::new().expect("a temporary folder");
        let store = Store::open(&folder.path().join("state.sqlite")).expect("a fresh store");
        let setup = master::Setup::new(store.clone(), wish.config, "test:/farm", folder.path().join("cache"));
        let master = Master::start(setup).await.expect("a master on a fresh store");
        let gate = Gate::new(wish.access);
        let router = web::router(Setup {
            master: master.clone(),
            store: store.clone(),
            front_end: wish.front_end,
            commands: wish.commands,
            gate: gate.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(web::serve_tcp(listener, router.clone(), async move {
            // The farm is gone.
            let _ = stopped.await;
        }));
        Farm {
            master,
            store,
            gate,
            address,
            client: crate::asking::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
            router,
            stop: Some(stop),
            folder,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).header("accept", "application/json")
    }

    /// The answer under `/api/v2/`, whatever its status.
    pub async fn read(&self, path: &str) -> (u16, Value) {
        let response = self.get(&format!("/api/v2/{path}")).send().await.expect("an answer");
        body(response).await
    }

    /// The rows of `path`, which must be there.
    pub async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.read(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let members = answer.as_object().expect("an envelope");
        let (_, rows) = members.iter().find(|(key, _)| *key != "meta").expect("rows");
        rows.as_array().expect("rows").clone()
    }

    /// The answer to a control call.
    pub async fn order(&self, path: &str, method: &str, params: Value) -> (u16, Value) {
        let call = serde_json::json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let url = self.url(&format!("/api/v2/{path}"));
        let response = self.client.post(url).json(&call).send().await.expect("an answer");
        body(response).await
    }
}

pub async fn body(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a whole body");
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (status, value)
}

impl Drop for Farm {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended before.
            let _ = stop.send(());
        }
    }
}

/// Two builders, a worker that never comes, and a form.
pub fn config() -> MasterConfig {
    let builder = |name: &str, project: Option<&str>| BuilderConfig {
        name: name.into(),
        workers: vec!["linux-a".into()],
        tags: vec!["ci".into(), "linux".into()],
        project: project.map(str::to_owned),
        description: project.map(|_| "Compiles and tests the **widget**".into()),
        ..BuilderConfig::default()
    };
    MasterConfig {
        title: "Widget CI".into(),
        workers: vec![WorkerConfig {
            name: "linux-a".into(),
            ..WorkerConfig::default()
        }],
        builders: vec![builder("unit-tests", Some("widget")), builder("mac (10.15)", None)],
        schedulers: vec![
            SchedulerConfig {
                name: "force".into(),
                builders: vec!["unit-tests".into(), "mac (10.15)".into()],
                properties: Default::default(),
                reason: String::new(),
                priority: 0,
                kind: SchedulerKind::Force(Box::new(form())),
                location: Default::default(),
            },
            SchedulerConfig {
                name: "main-push".into(),
                builders: vec!["unit-tests".into()],
                properties: Default::default(),
                reason: String::new(),
                priority: 0,
                kind: SchedulerKind::SingleBranch(on_main()),
                location: Default::default(),
            },
        ],
        projects: vec![ProjectConfig {
            name: "widget".into(),
            description: Some("The widget library".into()),
            ..ProjectConfig::default()
        }],
        ..MasterConfig::default()
    }
}

fn on_main() -> TreeScheduler {
    let mut tree = TreeScheduler::default();
    tree.filter.branch.eq = Some(vec![Some("main".into())]);
    tree
}

/// The form that Buildbot makes when nothing is said about it.
pub fn form() -> ForceScheduler {
    let text = |name: &str, label: &str| ForceField {
        name: name.into(),
        label: label.into(),
        ..ForceField::default()
    };
    let group = |columns, codebase: Option<&str>, fields| ForceField {
        kind: ForceKind::Nested {
            layout: "vertical".into(),
            columns,
            fields,
            codebase: codebase.map(str::to_owned),
        },
        ..ForceField::default()
    };
    let username = ForceField {
        kind: ForceKind::Username { need_email: true },
        ..text("username", "Your name:")
    };
    let reason = ForceField {
        default: "force build".into(),
        ..text("reason", "")
    };
    let priority = ForceField {
        kind: ForceKind::Int,
        ..text("priority", "")
    };
    let source = vec![
        text("branch", "Branch:"),
        text("project", "Project:"),
        text("repository", "Repository:"),
        text("revision", "Revision:"),
    ];
    let mode = ForceField {
        kind: ForceKind::List {
            choices: vec!["success".into(), "failure".into()],
            strict: true,
        },
        default: "success".into(),
        ..text("mode", "Mode")
    };
    ForceScheduler {
        fields: vec![
            group(1, None, vec![username, reason, priority]),
            group(2, Some(""), source),
            mode,
        ],
        ..ForceScheduler::default()
    }
}

//! A real peer: Twisted, in either role, with scripts of our own.

use crate::rig::{object, soon};
use bytes::Bytes;
use spread::jelly::Value;
use spread::login::{LoginError, Portal, login, root};
use spread::{BoxFuture, Call, CallError, Connection, Counts, Failure, Object, Options, Reference};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};

/// The Python that has Twisted, if it is installed.
pub fn python() -> Option<PathBuf> {
    let given = std::env::var_os("OUTPOST_TEST_BUILDBOT").map(PathBuf::from);
    let usual = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/buildbot");
    let python = given.unwrap_or_else(usual).join("bin/python");
    if python.exists() {
        return Some(python);
    }
    println!("SKIPPED: no Twisted at {}; ./dev test installs one", python.display());
    None
}

pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name)
}

/// A server of Twisted's for the length of a test.
struct Server {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    async fn start() -> Option<Self> {
        let mut child = Command::new(python()?)
            .arg(script("twisted_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It tells every failure there, and some are wanted.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = soon("its port", lines.next_line()).await.unwrap().expect("a port");
        Some(Server {
            _child: child,
            lines,
            port: port.parse().unwrap(),
        })
    }

    async fn connect(&self) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let (connection, drive) = spread::client(stream, Options::default());
        tokio::spawn(drive);
        connection
    }

    async fn enter(&self) -> (Connection, Reference) {
        let connection = self.connect().await;
        let mind = object(|call| {
            assert_eq!(call.method, "greet");
            let name = call.args[0].text().unwrap();
            let greeting = format!("hello {name}");
            call.reply.answer(greeting.into());
        });
        let inside = login(&connection, "bob", "sesame", Some(mind)).await.unwrap();
        (connection, inside)
    }
}

/// Adds to 100, as the scripts' adders do.
fn adder() -> Arc<dyn Object> {
    object(|call| {
        let times = call
            .kwargs
            .iter()
            .find(|(name, _)| name == "times")
            .and_then(|(_, times)| times.int());
        let sum = 100 + call.args[0].int().unwrap() * times.unwrap_or(1);
        call.reply.answer(sum.into());
    })
}

fn int(number: i64) -> Value {
    number.into()
}

#[tokio::test]
async fn our_client_at_their_server() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let refused = login(&server.connect().await, "bob", "wrong", None).await;
    assert!(matches!(refused, Err(LoginError::Refused)), "{refused:?}");
    let refused = login(&server.connect().await, "eve", "sesame", None).await;
    assert!(matches!(refused, Err(LoginError::Refused)), "{refused:?}");

    let (connection, inside) = server.enter().await;
    let values = [
        Value::None,
        true.into(),
        int(-1),
        int(1 << 40),
        1.5.into(),
        Bytes::from_static(b"\x00\xff").into(),
        "täxt".into(),
        Value::List(vec![int(1), Value::Tuple(vec!["list".into()])]),
        Value::Dict(vec![
            ("a".into(), int(1)),
            (Bytes::from_static(b"b").into(), Value::None),
        ]),
        Bytes::from(vec![7; 640 << 10]).into(),
    ];
    for value in values {
        let answer = inside.call("echo", vec![value.clone()]).await.unwrap();
        assert!(answer == value, "{value:?} came back as {answer:?}");
    }
    for (method, text) in [("fail", "it is odd"), ("fail_later", "it was odd")] {
        let Err(CallError::Failed(failure)) = inside.call(method, vec![]).await else {
            panic!("it did not fail");
        };
        assert!(
            failure.is("__main__.Odd") && failure.is("builtins.Exception"),
            "{failure:?}"
        );
        assert_eq!(failure.value, text);
    }
    let Err(CallError::Failed(none)) = inside.call("nosuch", vec![]).await else {
        panic!("it did not fail");
    };
    assert!(none.is("builtins.AttributeError"));

    let shared = inside.call("shared", vec![]).await.unwrap();
    let word = Value::List(vec!["x".into()]);
    assert_eq!(shared.get("both"), Some(&Value::List(vec![word.clone(), word.clone()])));
    let inner: Value = [("in", word.clone())].into_iter().collect();
    assert_eq!(shared.get("again"), Some(&Value::Tuple(vec![word, inner])));

    assert_eq!(
        inside.call("ask", vec![adder().into(), int(5)]).await.unwrap(),
        int(110)
    );
    let mine = adder();
    let back = inside.call("echo", vec![Arc::clone(&mine).into()]).await.unwrap();
    assert_eq!(back, Value::Object(mine));

    let Value::Remote(theirs) = inside.call("adder", vec![]).await.unwrap() else {
        panic!("no adder came");
    };
    assert_eq!(
        inside.call("is_yours", vec![theirs.clone().into()]).await.unwrap(),
        true.into()
    );
    let mut pending = Vec::new();
    for number in 0..500 {
        let kwargs = vec![("times".to_owned(), int(2))];
        pending.push(theirs.send("add", vec![int(number)], kwargs).await.unwrap());
    }
    for (number, pending) in (0..).zip(pending) {
        assert_eq!(pending.answer().await.unwrap(), int(100 + 2 * number));
    }
    drop(theirs);
    // The perspective is left at their end; at ours, the mind: Python drops the others when it likes.
    let left = inside.call("counts", vec![]).await.unwrap();
    assert_eq!(left, Value::List(vec![int(1), int(0)]));
    assert_eq!(connection.counts().held, 1);
    drop(inside);
    let line = soon("the logout", server.lines.next_line()).await.unwrap();
    assert_eq!(line.as_deref(), Some("left"));
    connection.close();
    connection.closed().await;
    assert_eq!(connection.counts(), Counts::default());
}

/// Thousands of objects pass, each given back: a Twisted server ends a connection that holds 1024.
#[tokio::test]
async fn their_server_sees_everything_given_back() {
    let Some(server) = Server::start().await else { return };
    let (connection, inside) = server.enter().await;
    for _ in 0..3000 {
        let Value::Remote(adder) = inside.call("adder", vec![]).await.unwrap() else {
            panic!("no adder came");
        };
        drop(adder);
    }
    let left = inside.call("counts", vec![]).await.unwrap();
    assert_eq!(left, Value::List(vec![int(1), int(0)]));
    assert_eq!(connection.counts().held, 1);
}

/// What the client's script finds inside.
struct Inside {
    adder: Arc<dyn Object>,
    connection: Arc<OnceLock<Connection>>,
}

impl Inside {
    fn answer(&self, call: Call) {
        let Call {
            method,
            mut args,
            reply,
            ..
        } = call;
        match (method.as_str(), args.len()) {
            ("echo", 1) => reply.answer(args.remove(0)),
            ("fail", 0) => reply.fail(Failure::error("app.Odd", "it is odd")),
            ("adder", 0) => reply.answer(Arc::clone(&self.adder).into()),
            ("is_yours", 1) => reply.answer((args[0] == Value::Object(Arc::clone(&self.adder))).into()),
            ("exported", 0) => {
                let exported = self.connection.get().unwrap().counts().exported;
                reply.answer(int(i64::try_from(exported).unwrap()));
            }
            ("ask" | "told", _) => {
                let Value::Remote(asked) = args.remove(0) else {
                    return reply.fail(Failure::bad_arguments("no object came"));
                };
                tokio::spawn(async move {
                    let result = match args.pop() {
                        Some(number) => {
                            let kwargs = vec![("times".to_owned(), int(2))];
                            asked.send("add", vec![number], kwargs).await.unwrap().answer().await
                        }
                        None => asked.call("odd", vec![]).await,
                    };
                    match result {
                        Ok(value) => reply.answer(value),
                        Err(error) => reply.answer(error.to_string().into()),
                    }
                });
            }
            (other, _) => {
                let failure = Failure::no_such_method(other);
                reply.fail(failure);
            }
        }
    }
}

impl Object for Inside {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        self.answer(call);
        Box::pin(async {})
    }
}

struct Gate {
    inside: Arc<dyn Object>,
}

impl Portal for Gate {
    fn password<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move { (user == "bob").then(|| "sesame".to_owned()) })
    }

    fn refused(&self, user: &str) {
        assert_eq!(user, "bob");
    }

    fn enter<'a>(&'a self, user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        Box::pin(async move {
            let mind = mind.expect("a mind");
            let greeting = mind.call("greet", vec![user.into()]).await;
            assert_eq!(greeting.unwrap(), "hello bob".into());
            // Held for as long as the user is inside.
            let connection = mind.connection().clone();
            tokio::spawn(async move {
                connection.closed().await;
                drop(mind);
            });
            Ok(Arc::clone(&self.inside))
        })
    }
}

#[tokio::test]
async fn their_client_at_our_server() {
    let Some(python) = python() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Command::new(python)
        .arg(script("twisted_client.py"))
        .arg(port.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let serving = tokio::spawn(async move {
        let mut connections = Vec::new();
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            let connection = Arc::new(OnceLock::new());
            let inside = Inside {
                adder: adder(),
                connection: Arc::clone(&connection),
            };
            let gate = Gate {
                inside: Arc::new(inside),
            };
            let (server, drive) = spread::server(stream, root(Arc::new(gate)), Options::default());
            let _ = connection.set(server.clone());
            tokio::spawn(drive);
            connections.push(server);
        }
        connections
    });
    let output = soon("the end of the client", client.wait_with_output()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    assert_eq!(text(&output.stdout), "all is well\n");
    for connection in serving.await.unwrap() {
        soon("the end", connection.closed()).await;
        soon("the last reference", crate::rig::empty(&connection)).await;
    }
}

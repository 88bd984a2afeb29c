//! A guest book of which each visitor hears the news: `server ADDRESS PASSWORD`. Anybody may come in with the password.

use spread::jelly::Value;
use spread::login::{Portal, root};
use spread::{BoxFuture, Call, Failure, Object, Options, Reference};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// The book, and those who hear of what is written in it.
struct Book {
    password: String,
    visitors: Mutex<BTreeMap<String, Option<Reference>>>,
}

impl Book {
    /// Tells all visitors, and does not wait for their answers.
    fn tell(&self, line: &str) {
        for visitor in self.visitors.lock().unwrap().values().flatten() {
            let (visitor, line) = (visitor.clone(), line.to_owned());
            tokio::spawn(async move { visitor.call("hear", vec![line.into()]).await });
        }
    }
}

/// A visitor's pen.
struct Pen {
    name: String,
    book: Arc<Book>,
}

impl Object for Pen {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match (call.method.as_str(), call.args.first().and_then(Value::text)) {
            ("write", Some(line)) => {
                self.book.tell(&format!("{}: {line}", self.name));
                call.reply.answer(Value::None);
            }
            ("write", None) => call.reply.fail(Failure::bad_arguments("write takes a line")),
            (other, _) => {
                let failure = Failure::no_such_method(other);
                call.reply.fail(failure);
            }
        }
        Box::pin(async {})
    }

    fn released(&self) {
        self.book.visitors.lock().unwrap().remove(&self.name);
        self.book.tell(&format!("{} has left", self.name));
    }
}

struct Door(Arc<Book>);

impl Portal for Door {
    fn password<'a>(&'a self, _user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { Some(self.0.password.clone()) })
    }

    fn refused(&self, user: &str) {
        eprintln!("{user:?} does not know the password");
    }

    fn enter<'a>(&'a self, user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        let entered = {
            let mut visitors = self.0.visitors.lock().unwrap();
            let free = !visitors.contains_key(user);
            visitors.entry(user.to_owned()).or_insert(mind);
            free
        };
        Box::pin(async move {
            if !entered {
                return Err(Failure::error("guestbook.Taken", format!("there is a {user} already")));
            }
            self.0.tell(&format!("{user} is here"));
            let name = user.to_owned();
            let book = Arc::clone(&self.0);
            Ok(Arc::new(Pen { name, book }) as Arc<dyn Object>)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(password)) = (arguments.next(), arguments.next()) else {
        return Err("say where to listen, and a password: server 127.0.0.1:8787 PASSWORD".into());
    };
    let visitors = Mutex::default();
    let root = root(Arc::new(Door(Arc::new(Book { password, visitors }))));
    let listener = TcpListener::bind(&address).await?;
    loop {
        let (stream, from) = listener.accept().await?;
        let (_connection, drive) = spread::server(stream, Arc::clone(&root), Options::default());
        tokio::spawn(async move { println!("{from}: {}", drive.await) });
    }
}

//! A reverse proxy: a master below a path, behind a password, or with what some proxies do not let through.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request, whose head it may change: passes it on, or answers by itself.
pub type Rule = dyn Fn(&mut String) -> Option<&'static str> + Send + Sync;

/// Ends with the test.
pub struct Proxy {
    pub port: u16,
    connections: Arc<Mutex<Vec<tokio::task::AbortHandle>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

impl Proxy {
    /// In front of what listens at `target`. A rule that returns a text answers with it.
    pub async fn start(
        target: u16,
        rule: impl Fn(&mut String) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let rule: Arc<Rule> = Arc::new(rule);
        let kept = connections.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let rule = rule.clone();
                let passing = tokio::spawn(async move {
                    // Either end may go at any time.
                    let _ = pass(stream, target, &*rule).await;
                });
                kept.lock().expect("no panic").push(passing.abort_handle());
            }
        });
        Proxy {
            port,
            connections,
            task,
        }
    }

    /// Below `prefix`, for example `/all/`; elsewhere there is nothing.
    pub async fn below(target: u16, prefix: &'static str) -> Proxy {
        Proxy::start(target, move |head| {
            let (method, rest) = head.split_once(' ')?;
            match rest.strip_prefix(prefix) {
                Some(rest) => {
                    *head = format!("{method} /{rest}");
                    None
                }
                None => Some("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot found"),
            }
        })
        .await
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        for connection in self.connections.lock().expect("no panic").drain(..) {
            connection.abort();
        }
    }
}

async fn pass(mut stream: TcpStream, target: u16, rule: &Rule) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let mut head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    if let Some(answer) = rule(&mut head) {
        stream.write_all(answer.as_bytes()).await?;
        return stream.shutdown().await;
    }
    if !head.to_ascii_lowercase().contains("\r\nupgrade:") {
        // One request a connection, so that each one's path is looked at.
        head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    }
    let mut upstream = TcpStream::connect(("127.0.0.1", target)).await?;
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&bytes[end..]).await?;
    copy_bidirectional(&mut stream, &mut upstream).await?;
    Ok(())
}

//! A server that answers as a test says, also what no server should.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Ends with the test.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    /// As sent, each in lower case before the colon.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub end: End,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// As it should.
    Well,
    /// In the middle: more was promised.
    Early,
    /// Without saying how long it is; the connection is closed.
    Closed,
    /// Never: the body comes again and again.
    Never,
    /// Not at all: after the body nothing more comes, though more was promised.
    Silent,
    /// Nothing comes, not even the head.
    Mute,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Reply {
    pub fn json(body: &str) -> Reply {
        Reply::new(200, "application/json; charset=utf-8", body)
    }

    pub fn new(status: u16, kind: &str, body: &str) -> Reply {
        Reply {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: body.as_bytes().to_vec(),
            end: End::Well,
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Reply {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn ending(self, end: End) -> Reply {
        Reply { end, ..self }
    }

    async fn send(&self, stream: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Told\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        match self.end {
            End::Well => head += &format!("content-length: {}\r\n", self.body.len()),
            End::Early | End::Silent => head += &format!("content-length: {}\r\n", self.body.len() + 100),
            End::Closed | End::Never | End::Mute => {}
        }
        if self.end == End::Mute {
            std::future::pending::<()>().await;
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await?;
        stream.write_all(&self.body).await?;
        stream.flush().await?;
        match self.end {
            End::Never => loop {
                stream.write_all(&self.body).await?;
            },
            End::Silent => std::future::pending().await,
            _ => stream.shutdown().await,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers by `answer`.
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_with(None, answer).await
    }

    /// Answers by `answer`, under TLS.
    pub async fn start_with(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let seen = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, seen, tls) = (answer.clone(), seen.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &*answer, &seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &*answer, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Server { port, asked, task }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// What it was asked until now.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    /// The paths that it was asked for.
    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Asked>>,
) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    seen.lock().expect("no panic").push(asked.clone());
    let reply = answer(&asked);
    // Whoever asked may have gone.
    let _ = reply.send(&mut stream).await;
    // A connection that is closed while something is unread is reset, and the answer may be lost.
    let mut rest = [0; 1024];
    let drain = async { while stream.read(&mut rest).await.is_ok_and(|n| n > 0) {} };
    let _ = tokio::time::timeout(Duration::from_millis(200), drain).await;
}

async fn read(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        // A handshake of TLS, which is no request.
        if bytes[0] == 0x16 {
            let told = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";
            stream.write_all(told.as_bytes()).await.ok()?;
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        stream.read_buf(&mut bytes).await.ok().filter(|n| *n > 0)?;
    }
    let body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
    Some(Asked {
        method,
        path,
        headers,
        body,
    })
}

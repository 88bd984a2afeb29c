//! Mercurial's command server: one process answers many commands, as starting it costs more than any of them.

use crate::working_copy::TakeError;
use crate::working_copy::command::{Answer, LONGEST_ANSWER, LONGEST_TIME, Program, Running, listen};
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

/// A running command server, ended when this is dropped.
pub(crate) struct Server {
    program: Program,
    // Held for its end.
    _running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    complaints: Option<JoinHandle<String>>,
}

/// A piece of the server's answer.
struct Piece {
    channel: u8,
    bytes: Vec<u8>,
}

/// What is told of an answer that is none.
const UNCLEAR: &str = "its command server answered something unexpected";

impl Server {
    /// Starts one in the program's folder.
    pub(crate) async fn start(program: Program) -> Result<Server, TakeError> {
        let words = ["--config", "ui.interactive=False", "serve", "--cmdserver", "pipe"];
        let mut running = program.start(&words, &[], Stdio::piped())?;
        let (input, output) = (running.child.stdin.take(), running.child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(program.failed(&["serve"], "it has no input or output"));
        };
        let mut server = Server {
            complaints: running.child.stderr.take().map(|pipe| {
                tokio::spawn(async move {
                    let mut said = Vec::new();
                    listen(Some(pipe), &mut said).await;
                    String::from_utf8_lossy(&said).into_owned()
                })
            }),
            program,
            _running: running,
            input,
            output: BufReader::new(output),
        };
        // It greets with what it can; everything here is in every version.
        let greeting = tokio::time::timeout(LONGEST_TIME, server.piece(LONGEST_ANSWER)).await;
        match greeting {
            Err(_) => Err(server.program.slow(&["serve"])),
            Ok(Ok(_)) => Ok(server),
            Ok(Err(_)) => Err(server.not_started().await),
        }
    }

    async fn not_started(&mut self) -> TakeError {
        let said = match self.complaints.take() {
            Some(said) => tokio::time::timeout(LONGEST_TIME, said).await,
            None => return self.failed("serve", UNCLEAR),
        };
        let said = said.ok().and_then(Result::ok).unwrap_or_default();
        self.failed("serve", &said)
    }

    /// Runs a command and gives its output, when it ended well. `names` follow the `words`.
    pub(crate) async fn bytes(&mut self, words: &[&str], names: &[Vec<u8>]) -> Result<Vec<u8>, TakeError> {
        let answer = self.run(words, names).await?;
        match answer.is_well {
            true => Ok(answer.out),
            false => Err(self.program.failed(words, &answer.complaints)),
        }
    }

    /// The same, as text.
    pub(crate) async fn text(&mut self, words: &[&str]) -> Result<String, TakeError> {
        let bytes = self.bytes(words, &[]).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Runs a command, however it ends.
    pub(crate) async fn run(&mut self, words: &[&str], names: &[Vec<u8>]) -> Result<Answer, TakeError> {
        let ended = tokio::time::timeout(LONGEST_TIME, self.answer(words, names)).await;
        ended.unwrap_or_else(|_| Err(self.program.slow(words)))
    }

    async fn answer(&mut self, words: &[&str], names: &[Vec<u8>]) -> Result<Answer, TakeError> {
        let what = words.first().copied().unwrap_or_default();
        let arguments = words.iter().map(|word| word.as_bytes());
        let arguments: Vec<&[u8]> = arguments.chain(names.iter().map(Vec::as_slice)).collect();
        let arguments = arguments.join(&0);
        let length = u32::try_from(arguments.len()).map_err(|_| self.failed(what, "there are too many files"))?;
        let request = [b"runcommand\n".as_slice(), &length.to_be_bytes(), &arguments].concat();
        let sent = self.input.write_all(&request).await;
        sent.map_err(|error| self.failed(what, &error.to_string()))?;
        let (mut out, mut complaints) = (Vec::new(), Vec::new());
        let mut left = LONGEST_ANSWER;
        loop {
            let piece = self.piece(left).await.map_err(|reason| self.failed(what, &reason))?;
            left -= piece.bytes.len() as u64;
            match piece.channel {
                b'o' => out.extend(piece.bytes),
                b'e' => complaints.extend(piece.bytes),
                b'r' => {
                    return Ok(Answer {
                        is_well: piece.bytes == [0; 4],
                        out,
                        complaints: String::from_utf8_lossy(&complaints).into_owned(),
                    });
                }
                // Whoever asks for input gets its end.
                b'I' | b'L' => {
                    let sent = self.input.write_all(&[0; 4]).await;
                    sent.map_err(|error| self.failed(what, &error.to_string()))?;
                }
                other if other.is_ascii_lowercase() => {}
                _ => return Err(self.failed(what, UNCLEAR)),
            }
        }
    }

    /// The next piece: a channel, a length, and for all but questions for input that many bytes.
    async fn piece(&mut self, longest: u64) -> Result<Piece, String> {
        let ended = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => "it ended early".to_owned(),
            _ => error.to_string(),
        };
        let channel = self.output.read_u8().await.map_err(ended)?;
        let length = self.output.read_u32().await.map_err(ended)?;
        let mut bytes = Vec::new();
        if !matches!(channel, b'I' | b'L') {
            if u64::from(length) > longest {
                return Err(format!("its answer is longer than {LONGEST_ANSWER} bytes"));
            }
            let mut piece = (&mut self.output).take(u64::from(length));
            piece.read_to_end(&mut bytes).await.map_err(ended)?;
            if bytes.len() as u64 != u64::from(length) {
                return Err("it ended early".to_owned());
            }
        }
        Ok(Piece { channel, bytes })
    }

    /// That it did not do `what`.
    pub(crate) fn failed(&self, what: &str, reason: &str) -> TakeError {
        self.program.failed(&[what], reason)
    }
}

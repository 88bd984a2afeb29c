//! What the statements of a `buildbot.tac` do.

use super::TacError;
use super::tokens::{Statement, Token};
use super::value::{Value, Variables, value};
use std::path::{Path, PathBuf};

/// The call of `Worker`.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) line: usize,
    /// Each with its name, if it has one.
    pub(super) arguments: Vec<(Option<String>, Value)>,
}

/// Reads statements one after another.
pub(super) struct Reader {
    folder: PathBuf,
    pub(super) variables: Variables,
    pub(super) worker: Option<Call>,
    /// Whether the block that is being read is done; none outside of one.
    block: Option<bool>,
}

impl Reader {
    pub(super) fn new(folder: &Path) -> Reader {
        Reader {
            folder: folder.to_owned(),
            variables: Variables::new(),
            worker: None,
            block: None,
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Result<(), TacError> {
        match (statement.indented, self.block) {
            (true, None) => return Err(not_understood(statement)),
            (true, Some(false)) => return Ok(()),
            (true, Some(true)) => {}
            (false, _) => self.block = None,
        }
        let line = statement.line;
        match statement.tokens.as_slice() {
            [Token::Name(word), ..] if word == "import" || word == "from" => Ok(()),
            [Token::Name(word)] if word == "pass" => Ok(()),
            [Token::Text(_)] => Ok(()),
            [Token::Name(word), condition @ .., Token::Sign(":")] if word == "if" && !statement.indented => {
                self.block = Some(self.holds(condition).ok_or_else(|| not_understood(statement))?);
                Ok(())
            }
            [
                Token::Name(_),
                Token::Sign("="),
                Token::Name(class),
                Token::Sign("("),
                rest @ ..,
            ]
            | [Token::Name(class), Token::Sign("("), rest @ ..]
                if class == "Worker" =>
            {
                self.call(line, rest)
            }
            [Token::Name(name), Token::Sign("="), expression @ ..] => {
                let value = value(expression, line, &self.variables, &self.folder);
                self.variables.insert(name.clone(), value);
                Ok(())
            }
            tokens if is_wiring(tokens) => Ok(()),
            _ => Err(not_understood(statement)),
        }
    }

    /// `NAME == VALUE`.
    fn holds(&self, condition: &[Token]) -> Option<bool> {
        let place = condition.iter().position(|token| *token == Token::Sign("=="))?;
        let side = |tokens| match value(tokens, 0, &self.variables, &self.folder) {
            Value::Unknown(_) => None,
            known => Some(known),
        };
        Some(side(&condition[..place])? == side(&condition[place + 1..])?)
    }

    fn call(&mut self, line: usize, tokens: &[Token]) -> Result<(), TacError> {
        if self.worker.is_some() {
            let reason = "a second Worker(…); give each worker a folder of its own";
            return Err(TacError::new(line, reason));
        }
        let mut arguments = Vec::new();
        for argument in arguments_of(tokens) {
            let (name, expression) = match argument {
                [] => continue,
                [Token::Name(name), Token::Sign("="), expression @ ..] => (Some(name.clone()), expression),
                expression => (None, expression),
            };
            arguments.push((name, value(expression, line, &self.variables, &self.folder)));
        }
        self.worker = Some(Call { line, arguments });
        Ok(())
    }
}

/// What stands between the commas, up to the bracket that closes the call.
fn arguments_of(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut depth, mut begin, mut arguments) = (0_usize, 0, Vec::new());
    for (place, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign(")") if depth == 0 => {
                arguments.push(&tokens[begin..place]);
                break;
            }
            Token::Sign(",") if depth == 0 => {
                arguments.push(&tokens[begin..place]);
                begin = place + 1;
            }
            Token::Sign("(" | "[" | "{") => depth += 1,
            Token::Sign(")" | "]" | "}") => depth -= 1,
            _ => {}
        }
    }
    arguments
}

/// `application.setComponent(…)`, `s.setServiceParent(application)`.
fn is_wiring(tokens: &[Token]) -> bool {
    matches!(
        tokens,
        [Token::Name(_), Token::Sign("."), Token::Name(method), Token::Sign("("), ..]
            if method == "setComponent" || method == "setServiceParent"
    )
}

fn not_understood(statement: &Statement) -> TacError {
    let reason = format!(
        "'{}' is not understood: this file is read, not run. Write plain assignments such as passwd = 'secret' and one \
         Worker(…), or make a new folder with: outpost worker create",
        statement.shown()
    );
    TacError::new(statement.line, reason)
}

//! A state as a shape, a word and a colour; the colour never says more than the other two.

use anstyle::{AnsiColor, Style};
use std::io::IsTerminal;

/// A state that a build or builder can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// One column wide.
    pub shape: char,
    /// In lower case.
    pub word: &'static str,
    colour: Option<AnsiColor>,
}

/// The mark of a result; `None` is under way.
pub fn of_results(results: Option<u8>) -> Mark {
    let (shape, word, colour) = match results {
        Some(0) => ('✔', "success", Some(AnsiColor::Green)),
        Some(1) => ('▲', "warnings", Some(AnsiColor::Yellow)),
        Some(2) => ('✘', "failure", Some(AnsiColor::Red)),
        Some(3) => ('–', "skipped", None),
        Some(4) => ('■', "exception", Some(AnsiColor::Magenta)),
        Some(5) => ('↻', "retry", None),
        Some(6) => ('⊘', "cancelled", None),
        Some(_) => ('?', "unknown", None),
        None => ('◔', "running", Some(AnsiColor::Blue)),
    };
    Mark { shape, word, colour }
}

/// The mark of a builder that has not been built.
pub const NOT_BUILT: Mark = Mark {
    shape: '·',
    word: "not built",
    colour: None,
};

/// The mark of a request that waits.
pub const WAITING: Mark = Mark {
    shape: '○',
    word: "waiting",
    colour: None,
};

impl Mark {
    /// The shape, coloured when the output is a terminal that wants it.
    pub fn coloured_shape(self) -> String {
        paint(&self.shape.to_string(), self.colour)
    }

    /// Shape and word, coloured when the output is a terminal that wants it.
    pub fn coloured(self) -> String {
        paint(&format!("{} {}", self.shape, self.word), self.colour)
    }
}

/// Bold, when the output is a terminal that wants it.
pub fn bold(text: &str) -> String {
    styled(text, Style::new().bold())
}

/// Pale, when the output is a terminal that wants it.
pub fn pale(text: &str) -> String {
    styled(text, Style::new().dimmed())
}

fn paint(text: &str, colour: Option<AnsiColor>) -> String {
    match colour {
        Some(colour) => styled(text, Style::new().fg_color(Some(colour.into()))),
        None => text.to_owned(),
    }
}

fn styled(text: &str, style: Style) -> String {
    if wants_colour() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// `NO_COLOR` and pipes get plain text (no-color.org).
fn wants_colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

//! The window's size and place, kept over its closing.

use crate::place::make_folder_of;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Size and place, in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Width of the inside.
    pub width: f64,
    /// Height of the inside.
    pub height: f64,
    /// Left edge; absent where the desktop does not tell it.
    pub x: Option<f64>,
    /// Top edge.
    pub y: Option<f64>,
    /// It fills the screen.
    #[serde(default)]
    pub maximized: bool,
}

/// The smallest width that the pages are made for.
pub const LEAST_WIDTH: f64 = 480.0;
/// The smallest height.
pub const LEAST_HEIGHT: f64 = 360.0;

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            width: 1120.0,
            height: 760.0,
            x: None,
            y: None,
            maximized: false,
        }
    }
}

impl Frame {
    /// As it was kept; the default when nothing usable was.
    pub fn read(file: &Path) -> Frame {
        let kept = std::fs::read(file)
            .ok()
            .and_then(|text| serde_json::from_slice::<Frame>(&text).ok());
        kept.filter(Frame::usable).unwrap_or_default()
    }

    /// Keeps it. Not being able to is not worth a message when a window closes.
    pub fn keep(&self, file: &Path) {
        if let (true, Ok(()), Ok(text)) = (self.usable(), make_folder_of(file), serde_json::to_vec(self)) {
            let _ = std::fs::write(file, text);
        }
    }

    fn usable(&self) -> bool {
        let sized = |value: f64, least: f64| (least..=20_000.0).contains(&value);
        let placed = |value: Option<f64>| value.is_none_or(|value| value.abs() <= 40_000.0);
        sized(self.width, LEAST_WIDTH) && sized(self.height, LEAST_HEIGHT) && placed(self.x) && placed(self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/default.window.json");
        assert_eq!(Frame::read(&file), Frame::default());
        let frame = Frame {
            width: 900.0,
            x: Some(-40.0),
            maximized: true,
            ..Frame::default()
        };
        frame.keep(&file);
        assert_eq!(Frame::read(&file), frame);
    }

    #[test]
    fn nonsense_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frame.json");
        for text in [
            "",
            "{}",
            r#"{"width":1,"height":1,"x":null,"y":null}"#,
            r#"{"width":900,"height":1e9,"x":0,"y":0}"#,
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(Frame::read(&file), Frame::default(), "{text}");
        }
    }
}

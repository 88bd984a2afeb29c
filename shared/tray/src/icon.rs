//! The tray's icons, drawn in code: each state has a shape of its own as well as a colour.
//!
//! | state | shape |
//! |---|---|
//! | all well | filled disc, tick |
//! | building | ring, three quarters filled |
//! | broken by others | hollow octagon, cross |
//! | broken by me | filled octagon, cross |
//! | no projects | hollow ring, plus |
//! | lending | filled diamond, arrow |
//! | offline | dotted ring |
//!
//! A mute adds a pause mark in the corner. The colours stand out by at least 3:1 from a white and from a dark panel.

use tiny_skia::{
    BlendMode, Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};
use watch::{IconState, TrayIcon};

/// Shapes are drawn on a square of this many units.
const UNITS: f32 = 24.0;
const MIDDLE: f32 = UNITS / 2.0;
/// Marks thinner than this many pixels blur away.
const THINNEST: f32 = 1.9;

const GREEN: [u8; 3] = [0x27, 0x8f, 0x47];
const RED: [u8; 3] = [0xeb, 0x40, 0x34];
const BLUE: [u8; 3] = [0x2b, 0x7d, 0xe0];
const GREY: [u8; 3] = [0x80, 0x80, 0x80];
const WHITE: [u8; 3] = [0xff, 0xff, 0xff];
/// A muted icon's shape is this much smaller and keeps to the upper left, so that the mark hides little of it.
const MUTED: f32 = 0.86;

/// The icon could not be written as PNG.
#[derive(Debug, thiserror::Error)]
#[error("the icon of {size} pixels could not be written as PNG: {reason}; take a smaller size")]
pub struct PngError {
    size: u32,
    reason: String,
}

/// The icon as a PNG file, for packages and pictures.
pub fn png(icon: TrayIcon, size: u32) -> Result<Vec<u8>, PngError> {
    draw(icon, size).encode_png().map_err(|error| PngError {
        size,
        reason: error.to_string(),
    })
}

/// The icon as StatusNotifierItem wants it: ARGB, a byte each, rows from the top, not premultiplied.
pub fn argb(icon: TrayIcon, size: u32) -> Vec<u8> {
    let drawn = draw(icon, size);
    let colours = drawn.pixels().iter().map(|pixel| pixel.demultiply());
    colours
        .flat_map(|c| [c.alpha(), c.red(), c.green(), c.blue()])
        .collect()
}

fn draw(icon: TrayIcon, size: u32) -> Pixmap {
    let pixmap = Pixmap::new(size.max(1), size.max(1)).expect("a size that is not zero");
    let whole = size.max(1) as f32 / UNITS;
    let mut canvas = Canvas {
        scale: if icon.muted { whole * MUTED } else { whole },
        pixmap,
    };
    match icon.state {
        IconState::AllWell => {
            canvas.fill(circle(11.0), GREEN);
            canvas.line(&[(6.8, 12.4), (10.5, 16.1), (17.2, 8.6)], 2.7, WHITE);
        }
        IconState::Building => {
            canvas.stroke(circle(9.4), 1.6, GREY);
            canvas.stroke(arc(9.4, 0.75), 3.6, BLUE);
        }
        IconState::BrokenByOthers => {
            canvas.stroke(octagon(9.8), 2.4, RED);
            canvas.cross(3.6, 2.6, RED);
        }
        IconState::BrokenByMe => {
            canvas.fill(octagon(12.0), RED);
            canvas.cross(4.1, 3.0, WHITE);
        }
        IconState::NoProjects => {
            canvas.stroke(circle(9.8), 2.2, GREY);
            canvas.line(&[(12.0, 7.6), (12.0, 16.4)], 2.4, GREY);
            canvas.line(&[(7.6, 12.0), (16.4, 12.0)], 2.4, GREY);
        }
        IconState::Lending => {
            canvas.fill(diamond(12.0), BLUE);
            canvas.line(&[(7.2, 12.0), (16.4, 12.0)], 2.5, WHITE);
            canvas.line(&[(12.8, 8.2), (16.6, 12.0), (12.8, 15.8)], 2.5, WHITE);
        }
        IconState::Offline => canvas.dots(8, 9.4, 1.9, GREY),
    }
    if icon.muted {
        canvas.scale = whole;
        canvas.pause_mark();
    }
    canvas.pixmap
}

/// A pixmap on which shapes are given in units.
struct Canvas {
    pixmap: Pixmap,
    /// Pixels per unit.
    scale: f32,
}

impl Canvas {
    fn fill(&mut self, path: Option<Path>, colour: [u8; 3]) {
        self.fill_with(path, &paint(colour));
    }

    fn fill_with(&mut self, path: Option<Path>, paint: &Paint) {
        if let Some(path) = path {
            let scale = Transform::from_scale(self.scale, self.scale);
            self.pixmap.fill_path(&path, paint, FillRule::Winding, scale, None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, colour: [u8; 3]) {
        let Some(path) = path else { return };
        let stroke = Stroke {
            width: width.max(THINNEST / self.scale),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let scale = Transform::from_scale(self.scale, self.scale);
        self.pixmap.stroke_path(&path, &paint(colour), &stroke, scale, None);
    }

    fn line(&mut self, points: &[(f32, f32)], width: f32, colour: [u8; 3]) {
        let mut path = PathBuilder::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 {
                path.move_to(x, y)
            } else {
                path.line_to(x, y)
            }
        }
        self.stroke(path.finish(), width, colour);
    }

    fn cross(&mut self, reach: f32, width: f32, colour: [u8; 3]) {
        let (low, high) = (MIDDLE - reach, MIDDLE + reach);
        self.line(&[(low, low), (high, high)], width, colour);
        self.line(&[(low, high), (high, low)], width, colour);
    }

    fn dots(&mut self, count: u16, radius: f32, size: f32, colour: [u8; 3]) {
        for index in 0..count {
            let turn = f32::from(index) / f32::from(count);
            let (x, y) = on_circle(radius, turn);
            self.fill(PathBuilder::from_circle(x, y, size), colour);
        }
    }

    /// Two bars in the lower right corner, on a square that is cut out of what lies below.
    fn pause_mark(&mut self) {
        let bar = (THINNEST / self.scale).max(2.6);
        let (top, bottom) = (UNITS - 10.0 + bar / 2.0, UNITS - bar / 2.0);
        let right = UNITS - bar / 2.0;
        let left = right - bar * 1.9;
        let cut = Paint {
            blend_mode: BlendMode::Clear,
            anti_alias: true,
            ..Paint::default()
        };
        let room = bar / 2.0 + 1.3;
        let square = Rect::from_ltrb(left - room, top - room, UNITS, UNITS).map(PathBuilder::from_rect);
        self.fill_with(square, &cut);
        for x in [left, right] {
            self.line(&[(x, top), (x, bottom)], bar, GREY);
        }
    }
}

fn paint(colour: [u8; 3]) -> Paint<'static> {
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    let [red, green, blue] = colour;
    paint.set_color(Color::from_rgba8(red, green, blue, 255));
    paint
}

/// A point on a circle around the middle; `turn` runs clockwise from the top, 1 is the whole way.
fn on_circle(radius: f32, turn: f32) -> (f32, f32) {
    let angle = turn * std::f32::consts::TAU;
    (MIDDLE + radius * angle.sin(), MIDDLE - radius * angle.cos())
}

fn circle(radius: f32) -> Option<Path> {
    PathBuilder::from_circle(MIDDLE, MIDDLE, radius)
}

/// A part of a circle, clockwise from the top, in steps too small to be seen.
fn arc(radius: f32, part: f32) -> Option<Path> {
    const STEPS: u16 = 48;
    let mut path = PathBuilder::new();
    let (x, y) = on_circle(radius, 0.0);
    path.move_to(x, y);
    for step in 1..=STEPS {
        let (x, y) = on_circle(radius, part * f32::from(step) / f32::from(STEPS));
        path.line_to(x, y);
    }
    path.finish()
}

/// Four corners, on its tip.
fn diamond(radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for corner in 0..4_u8 {
        let (x, y) = on_circle(radius, f32::from(corner) / 4.0);
        if corner == 0 {
            path.move_to(x, y)
        } else {
            path.line_to(x, y)
        }
    }
    path.close();
    path.finish()
}

/// Eight corners, flat at the top like a stop sign.
fn octagon(radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for corner in 0..8_u8 {
        let (x, y) = on_circle(radius, (f32::from(corner) + 0.5) / 8.0);
        if corner == 0 {
            path.move_to(x, y)
        } else {
            path.line_to(x, y)
        }
    }
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [IconState; 7] = [
        IconState::Lending,
        IconState::AllWell,
        IconState::NoProjects,
        IconState::Building,
        IconState::BrokenByOthers,
        IconState::BrokenByMe,
        IconState::Offline,
    ];

    /// What remains to a person who sees no colour: luminance over a panel's grey.
    fn grey_on(icon: TrayIcon, size: u32, panel: f32) -> Vec<f32> {
        let over = |c: &[u8]| {
            let alpha = f32::from(c[0]) / 255.0;
            let light = 0.299 * f32::from(c[1]) + 0.587 * f32::from(c[2]) + 0.114 * f32::from(c[3]);
            alpha * light + (1.0 - alpha) * panel
        };
        argb(icon, size).chunks(4).map(over).collect()
    }

    #[test]
    fn states_differ_without_colour_on_light_and_dark_panels() {
        let all: Vec<TrayIcon> = STATES
            .into_iter()
            .flat_map(|state| [false, true].map(|muted| TrayIcon { state, muted }))
            .collect();
        for size in [16, 22, 32] {
            for panel in [30.0, 240.0] {
                for (i, a) in all.iter().enumerate() {
                    for b in &all[i + 1..] {
                        let (x, y) = (grey_on(*a, size, panel), grey_on(*b, size, panel));
                        let differing = x.iter().zip(&y).filter(|(x, y)| (*x - *y).abs() > 40.0).count();
                        let share = differing as f32 / x.len() as f32;
                        assert!(share > 0.08, "{a:?} and {b:?} at {size} on {panel}: {share}");
                    }
                }
            }
        }
    }

    #[test]
    fn colours_stand_out_from_light_and_dark_panels() {
        let linear = |c: u8| ((f64::from(c) / 255.0 + 0.055) / 1.055).powf(2.4);
        let luminance = |[r, g, b]: [u8; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let contrast = |a, b| {
            let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
            f64::max(a, b) / f64::min(a, b)
        };
        for colour in [GREEN, RED, BLUE, GREY] {
            for panel in [[0xf2; 3], [0x2b; 3]] {
                assert!(
                    contrast(colour, panel) >= 3.0,
                    "{colour:?} on {panel:?}: {}",
                    contrast(colour, panel)
                );
            }
        }
        for (mark, shape) in [(WHITE, GREEN), (WHITE, RED), (WHITE, BLUE)] {
            assert!(
                contrast(mark, shape) >= 3.0,
                "{mark:?} in {shape:?}: {}",
                contrast(mark, shape)
            );
        }
    }

    #[test]
    fn pixmaps_have_the_size_and_order_that_hosts_expect() {
        let icon = TrayIcon {
            state: IconState::BrokenByMe,
            muted: false,
        };
        let data = argb(icon, 22);
        assert_eq!(data.len(), 22 * 22 * 4);
        assert_eq!(data[..4], [0, 0, 0, 0], "the corner is clear");
        let beside_cross = 4 * (22 * 11 + 3);
        assert_eq!(data[beside_cross..beside_cross + 4], [255, RED[0], RED[1], RED[2]]);
    }

    #[test]
    fn a_size_of_nothing_is_one_pixel() {
        assert_eq!(
            argb(
                TrayIcon {
                    state: IconState::AllWell,
                    muted: true
                },
                0
            )
            .len(),
            4
        );
    }
}

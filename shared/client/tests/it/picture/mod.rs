//! The picture: streams as they were recorded, and masters that are made up.

mod limits;
pub mod model;
mod property;
mod replay;
mod sets;
mod steps;

use client::picture::{Event, News, Picture};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Tells a picture of an event; what it makes of it.
fn tell(picture: &mut Picture, key: &str, body: &Value) -> Vec<News> {
    let event = Event::read(key, &body.to_string()).expect("an event");
    let mut news = Vec::new();
    picture.apply(event, &mut news);
    news
}

/// Rows as a master answers.
fn rows<T: DeserializeOwned>(rows: &Value) -> Vec<T> {
    serde_json::from_value(rows.clone()).expect("rows")
}

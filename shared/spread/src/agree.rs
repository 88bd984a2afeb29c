//! The first bytes: the server offers dialects, the client chooses one (§1.3).

use crate::Closed;
use crate::banana::{Dialect, Element, Encoder};
use crate::shared::Shared;
use crate::stream::{Reader, Writer};
use bytes::{Bytes, BytesMut};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// The version of the protocol (§3).
pub(crate) const VERSION: i64 = 6;

/// The server's half (§1.3): it offers.
pub(crate) async fn offer<S: AsyncRead + AsyncWrite>(
    shared: &Arc<Shared>,
    reader: &mut Reader<S>,
    writer: &mut Writer<S>,
) -> Result<(), Closed> {
    let words = ["pb", "none"].into_iter().chain(shared.options.mark);
    let offer = encode(&[Element::List(words.map(word).collect())], Dialect::None);
    writer.add([offer]);
    writer.write(|_| {}).await?;
    let dialect = match reader.next().await? {
        Element::Bytes(choice) if choice == "pb" => Dialect::Pb,
        Element::Bytes(choice) if choice == "none" => Dialect::None,
        _ => return Err(Closed::Broken("it chose a dialect that was not offered".to_owned())),
    };
    reader.agreed(dialect);
    shared.begin(dialect, encode(&[version()], dialect));
    Ok(())
}

/// The client's half: it takes `pb`, which every server offers. What it was asked to call meanwhile goes out together with
/// its choice.
pub(crate) async fn choose<S: AsyncRead>(shared: &Arc<Shared>, reader: &mut Reader<S>) -> Result<(), Closed> {
    let offer = match reader.next().await? {
        Element::List(offer) => offer,
        _ => Vec::new(),
    };
    if !offer.contains(&word("pb")) {
        return Err(Closed::Broken("it does not offer the dialect 'pb'".to_owned()));
    }
    if shared.options.mark.is_some_and(|mark| offer.contains(&word(mark))) {
        shared.recognise();
    }
    reader.agreed(Dialect::Pb);
    shared.greeted();
    shared.begin(Dialect::Pb, encode(&[word("pb"), version()], Dialect::Pb));
    Ok(())
}

fn version() -> Element {
    Element::List(vec![word("version"), Element::Int(VERSION.into())])
}

fn word(word: &'static str) -> Element {
    Element::Bytes(Bytes::from_static(word.as_bytes()))
}

fn encode(elements: &[Element], dialect: Dialect) -> Bytes {
    let mut out = BytesMut::new();
    let mut encoder = Encoder::new(dialect, &mut out);
    for element in elements {
        // Nothing that this file writes is too long.
        let _ = encoder.element(element);
    }
    out.freeze()
}

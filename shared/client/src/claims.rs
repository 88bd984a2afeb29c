//! Claims at a joined Outpost: “I have it”, seen by everybody who follows it.

use crate::Error;
use crate::http::{Asked, Http};
use model::{BuilderId, Claim};
use wire::claims::{Order, PATH, read};

/// Most bytes of the list.
const MOST_BYTES: usize = 1 << 20;

impl Http {
    /// The claims that an Outpost keeps. A plain Buildbot has none, and says so by [`Error::NotFound`].
    pub async fn claims(&self) -> Result<Vec<Claim>, Error> {
        self.ask_for_claims(None).await
    }

    /// Says there that `by` has the builder, or, without a name, that nobody has it any more; the claims then.
    pub async fn claim(&self, builder: BuilderId, by: Option<&str>) -> Result<Vec<Claim>, Error> {
        let order = Order {
            builderid: builder.0,
            by: by.map(str::to_owned),
        };
        self.ask_for_claims(Some(order)).await
    }

    async fn ask_for_claims(&self, order: Option<Order>) -> Result<Vec<Claim>, Error> {
        let body = order.and_then(|order| serde_json::to_string(&order).ok());
        let asked = Asked {
            body,
            json: true,
            ..Asked::page(PATH, MOST_BYTES)
        };
        let answer = self.ask(&asked).await?;
        if answer.status != 200 {
            return Err(answer.trouble(PATH));
        }
        let json = serde_json::from_slice(&answer.body).ok();
        json.as_ref()
            .and_then(read)
            .ok_or_else(|| Error::Lies(format!("{PATH} is no list of claims")))
    }
}

//! Claims on broken builders: kept and told to everybody who follows this master. They change nothing that is built.

use crate::error::ControlError;
use crate::master::Master;
use model::{BuilderId, Claim, Event, Time, claim};
use std::time::{SystemTime, UNIX_EPOCH};
use store::{StoreError, claims};

impl Master {
    /// The claims that have not ended by themselves, by builder.
    pub async fn claims(&self) -> Result<Vec<Claim>, StoreError> {
        let since = now().plus_millis(-claim::CLAIM_LASTS);
        self.store().read(move |c| claims::since(c, since)).await
    }

    /// Keeps that `by` has the builder, in place of whoever had it.
    pub async fn claim(&self, builder: BuilderId, by: &str) -> Result<Claim, ControlError> {
        let unknown = |what| ControlError::Unknown {
            what,
            name: builder.to_string(),
        };
        self.catalog().builder(builder).ok_or_else(|| unknown("builder"))?;
        let by = claim::claimer(by).ok_or_else(|| unknown("name of who claims builder"))?;
        let at = now();
        let kept = Claim { builder, by, at };
        let row = kept.clone();
        self.store().write(move |c| claims::put(c, &row)).await?;
        self.publisher().publish(Event::Claim(builder, Some(kept.clone())));
        Ok(kept)
    }

    /// Ends the claim; nothing happens where there is none.
    pub async fn unclaim(&self, builder: BuilderId) -> Result<(), ControlError> {
        let was = self.store().write(move |c| claims::remove(c, builder)).await?;
        if was {
            self.publisher().publish(Event::Claim(builder, None));
        }
        Ok(())
    }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

//! Claims among Outposts, at `api/outpost/v1/claims`; Buildbot has none.
//!
//! `GET` answers `{"claims": [{"builderid": 3, "by": "Ada", "at": 1795176000000}]}`, times in milliseconds. `POST` with
//! `{"builderid": 3, "by": "Ada"}` claims a builder, and without `by` gives it back; it answers the list.

use model::{BuilderId, Claim, Json, Time, claim};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Below the pages of an Outpost.
pub const PATH: &str = "api/outpost/v1/claims";

/// Claims that are read of an answer: no team has more at a time.
const MOST: usize = 1000;

/// What is asked for by `POST`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// On what.
    pub builderid: i64,
    /// Who has it; nobody any more when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A claim as it is listed, and as the body of `claims/{builderid}/new`.
pub fn json(claim: &Claim) -> Json {
    json!({"builderid": claim.builder, "by": claim.by, "at": claim.at.0})
}

/// The list as it is answered.
pub fn list(claims: &[Claim]) -> Json {
    json!({"claims": claims.iter().map(json).collect::<Vec<_>>()})
}

/// The claims of an answer; `None` when it is none. Rows that cannot be read are left out.
pub fn read(answer: &Json) -> Option<Vec<Claim>> {
    let rows = answer.get("claims")?.as_array()?;
    let read = |row: &Json| {
        Some(Claim {
            builder: BuilderId(row.get("builderid")?.as_i64()?),
            by: claim::claimer(row.get("by")?.as_str()?)?,
            at: Time(row.get("at")?.as_i64()?),
        })
    };
    Some(rows.iter().filter_map(read).take(MOST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_and_what_is_no_claim_is_left_out() {
        let claim = Claim {
            builder: BuilderId(3),
            by: "Ada".to_owned(),
            at: Time(5),
        };
        assert_eq!(read(&list(std::slice::from_ref(&claim))), Some(vec![claim.clone()]));
        let foreign = json!({"claims": [
            7, {"builderid": "3", "by": "x", "at": 1}, {"builderid": 1, "by": "\u{1b} ", "at": 1},
            {"builderid": 3, "by": "Ada", "at": 5, "more": null},
        ]});
        assert_eq!(read(&foreign), Some(vec![claim]));
        for none in [json!(null), json!([]), json!({"claims": 1}), json!("<html>")] {
            assert_eq!(read(&none), None, "{none}");
        }
    }
}

//! A try's result beside the base's own.

use crate::api::tries::{TryAgainstBase, TryApplied};
use model::Results;

/// A build of the same builder that says how the base does there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfBase {
    pub number: i64,
    pub results: Results,
    pub failed_step: Option<String>,
    /// It built the base's own revision; otherwise it is the last one before the try.
    pub exact: bool,
}

/// How a result compares, and in words. Of a change that was not applied the result says nothing.
pub(super) fn compare(
    applied: TryApplied,
    results: Results,
    failed_step: Option<&str>,
    base: Option<&OfBase>,
) -> (TryAgainstBase, Option<String>) {
    if applied == TryApplied::NotApplied {
        return (TryAgainstBase::Unknown, None);
    }
    let says_nothing = |results: Results| !results.is_green() && !results.is_red();
    let Some(base) = base.filter(|base| !says_nothing(base.results) && !says_nothing(results)) else {
        return (TryAgainstBase::Unknown, None);
    };
    let of = match base.exact {
        true => format!("on the base (#{})", base.number),
        false => format!("before (#{})", base.number),
    };
    let step = base.failed_step.as_deref();
    let (against, words) = match (results.is_green(), base.results.is_green()) {
        (true, true) => (TryAgainstBase::Same, format!("green {of} too")),
        (true, false) => (TryAgainstBase::Repaired, format!("it fails {of}")),
        (false, true) => (TryAgainstBase::New, format!("green {of}: the change did it")),
        (false, false) if failed_step.is_some() && failed_step == step => {
            (TryAgainstBase::Known, format!("it fails {of} too, at the same step"))
        }
        (false, false) => {
            let at = step.map(|step| format!(", at {step}")).unwrap_or_default();
            (
                TryAgainstBase::Different,
                format!("it fails {of} too, but elsewhere{at}"),
            )
        }
    };
    (against, Some(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use TryAgainstBase as A;

    #[test]
    fn a_new_failure_is_told_from_a_known_one() {
        let base = |results, step: Option<&str>| OfBase {
            number: 3,
            results,
            failed_step: step.map(str::to_owned),
            exact: true,
        };
        let (red, green) = (Results::Failure, Results::Success);
        let table = [
            (red, Some("test"), Some(base(green, None)), A::New),
            (red, Some("test"), Some(base(red, Some("test"))), A::Known),
            (red, Some("test"), Some(base(red, Some("compile"))), A::Different),
            (red, None, Some(base(red, None)), A::Different),
            (green, None, Some(base(red, Some("test"))), A::Repaired),
            (green, None, Some(base(Results::Warnings, None)), A::Same),
            (red, None, Some(base(Results::Exception, None)), A::Unknown),
            (Results::Exception, None, Some(base(green, None)), A::Unknown),
            (red, None, None, A::Unknown),
        ];
        for (results, step, base, expected) in table {
            assert_eq!(
                compare(TryApplied::Applied, results, step, base.as_ref()).0,
                expected,
                "{results:?} {step:?} {base:?}"
            );
        }
        let green = base(green, None);
        let refused = compare(TryApplied::NotApplied, red, Some("git"), Some(&green));
        assert_eq!(refused, (A::Unknown, None));
    }
}

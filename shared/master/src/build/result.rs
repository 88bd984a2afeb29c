//! How a step's outcome becomes the build's (B-068, B-084).

use model::Results;
use model::config::StepCommon;

/// What a step's outcome means for its build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The build is at least as bad as this.
    pub at_least: Results,
    /// Only steps that always run may follow.
    pub ends_build: bool,
}

/// The effect of `results` under the step's flags.
pub fn effect(results: Results, flags: &StepCommon) -> Effect {
    let at_least = match results {
        Results::Success | Results::Skipped => Results::Success,
        Results::Failure if flags.flunk_on_failure => Results::Failure,
        Results::Failure if flags.warn_on_failure => Results::Warnings,
        Results::Failure => Results::Success,
        Results::Warnings if flags.flunk_on_warnings => Results::Failure,
        Results::Warnings if flags.warn_on_warnings => Results::Warnings,
        Results::Warnings => Results::Success,
        Results::Exception | Results::Retry | Results::Cancelled => results,
    };
    let ends_build = match results {
        Results::Failure => flags.halt_on_failure,
        Results::Exception | Results::Retry | Results::Cancelled => true,
        Results::Success | Results::Warnings | Results::Skipped => false,
    };
    Effect { at_least, ends_build }
}

/// Whether the step's text is told in the build's text.
pub fn is_told(results: Results, flags: &StepCommon) -> bool {
    match results {
        Results::Success | Results::Skipped => false,
        Results::Failure => flags.flunk_on_failure || flags.halt_on_failure || flags.warn_on_failure,
        Results::Warnings => flags.flunk_on_warnings || flags.warn_on_warnings,
        Results::Exception | Results::Retry | Results::Cancelled => true,
    }
}

/// The results of a build set from those of its requests; what was left out counts as done.
pub fn of_set(requests: impl IntoIterator<Item = Results>) -> Results {
    requests.into_iter().fold(Results::Success, Results::worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(change: impl FnOnce(&mut StepCommon)) -> StepCommon {
        let mut flags = StepCommon {
            flunk_on_failure: false,
            ..StepCommon::default()
        };
        change(&mut flags);
        flags
    }

    #[test]
    fn a_failure_counts_as_the_flags_say() {
        let at_least = |f: &StepCommon| effect(Results::Failure, f).at_least;
        assert_eq!(at_least(&flags(|_| ())), Results::Success);
        assert_eq!(at_least(&flags(|f| f.warn_on_failure = true)), Results::Warnings);
        assert_eq!(at_least(&flags(|f| f.flunk_on_failure = true)), Results::Failure);
        assert!(!effect(Results::Failure, &flags(|f| f.flunk_on_failure = true)).ends_build);
        assert!(effect(Results::Failure, &flags(|f| f.halt_on_failure = true)).ends_build);
    }

    #[test]
    fn warnings_count_as_the_flags_say() {
        let at_least = |f: &StepCommon| effect(Results::Warnings, f).at_least;
        assert_eq!(at_least(&flags(|_| ())), Results::Success);
        assert_eq!(at_least(&flags(|f| f.warn_on_warnings = true)), Results::Warnings);
        assert_eq!(at_least(&flags(|f| f.flunk_on_warnings = true)), Results::Failure);
    }

    #[test]
    fn exception_retry_and_cancelled_end_the_build_whatever_the_flags() {
        for results in [Results::Exception, Results::Retry, Results::Cancelled] {
            assert_eq!(
                effect(results, &flags(|_| ())),
                Effect {
                    at_least: results,
                    ends_build: true
                }
            );
            assert!(is_told(results, &flags(|_| ())));
        }
    }

    #[test]
    fn a_set_of_skipped_requests_is_a_success() {
        assert_eq!(of_set([Results::Skipped, Results::Skipped]), Results::Success);
        assert_eq!(
            of_set([Results::Success, Results::Failure, Results::Warnings]),
            Results::Failure
        );
    }
}

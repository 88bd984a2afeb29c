//! What a subscription matches (§1.3).

/// A path with `*` for any one element; the number of elements must be equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(Vec<Box<str>>);

impl Pattern {
    /// The pattern written with `/` between its elements. Every text is a pattern; some never match.
    pub fn new(path: &str) -> Pattern {
        Pattern(path.split('/').map(Box::from).collect())
    }

    /// Its elements, `*` among them.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(Box::as_ref)
    }

    /// Whether an event of this key is meant.
    pub fn matches(&self, key: &str) -> bool {
        let mut elements = key.split('/');
        self.0.iter().all(|wanted| {
            elements
                .next()
                .is_some_and(|element| **wanted == *"*" || **wanted == *element)
        }) && elements.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_stand_for_one_element() {
        for (pattern, key, matches) in [
            ("builds/*/*", "builds/17/new", true),
            ("builds/*/*", "builds/17/steps/40/new", false),
            ("*/*/*", "builds/17/new", true),
            ("builds/17/new", "builds/17/new", true),
            ("builds/17/new", "builds/17/update", false),
            ("builds/1*/new", "builds/17/new", false),
            ("builds/*", "builds/17/new", false),
            ("", "builds/17/new", false),
            ("*", "builds", true),
            ("steps/*/logs/*/append", "steps/7/logs/stdio/append", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(key), matches, "{pattern} against {key}");
        }
    }
}

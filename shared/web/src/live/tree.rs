//! Subscriptions by path, so that an event finds those that match without looking at all others.

use std::collections::{BTreeSet, HashMap};
use wire::events::Pattern;

/// Names a listener within the hub.
pub type ListenerId = u64;

/// A node per path element; `*` is an element like the others, and matching follows it besides the literal one.
#[derive(Debug, Default)]
pub struct Tree {
    children: HashMap<Box<str>, Tree>,
    listeners: BTreeSet<ListenerId>,
}

impl Tree {
    /// Adds a subscription; a second one of the same listener to the same pattern changes nothing.
    pub fn add(&mut self, pattern: &Pattern, id: ListenerId) {
        let mut node = self;
        for element in pattern.elements() {
            node = node.children.entry(element.into()).or_default();
        }
        node.listeners.insert(id);
    }

    /// Removes a subscription and what only it needed; whether there was one.
    pub fn remove(&mut self, pattern: &Pattern, id: ListenerId) -> bool {
        let elements: Vec<&str> = pattern.elements().collect();
        self.remove_below(&elements, id)
    }

    fn remove_below(&mut self, elements: &[&str], id: ListenerId) -> bool {
        let Some((first, rest)) = elements.split_first() else {
            return self.listeners.remove(&id);
        };
        let Some(child) = self.children.get_mut(*first) else {
            return false;
        };
        let removed = child.remove_below(rest, id);
        if child.listeners.is_empty() && child.children.is_empty() {
            self.children.remove(*first);
        }
        removed
    }

    /// Calls `hit` with the listener of each matching subscription: once per subscription, so that a listener with
    /// two matching patterns is called twice.
    pub fn visit(&self, key: &[&str], hit: &mut impl FnMut(ListenerId)) {
        let Some((first, rest)) = key.split_first() else {
            self.listeners.iter().for_each(|id| hit(*id));
            return;
        };
        for element in [*first, "*"] {
            if let Some(child) = self.children.get(element) {
                child.visit(rest, hit);
            }
        }
    }

    /// Whether nobody listens to anything.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.listeners.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(tree: &Tree, key: &str) -> Vec<ListenerId> {
        let key: Vec<&str> = key.split('/').collect();
        let mut heard = Vec::new();
        tree.visit(&key, &mut |id| heard.push(id));
        heard.sort_unstable();
        heard
    }

    #[test]
    fn each_matching_subscription_is_visited_once() {
        let mut tree = Tree::default();
        tree.add(&Pattern::new("builds/*/*"), 1);
        tree.add(&Pattern::new("builds/*/*"), 1);
        tree.add(&Pattern::new("*/*/*"), 1);
        tree.add(&Pattern::new("builds/17/new"), 2);
        assert_eq!(heard(&tree, "builds/17/new"), [1, 1, 2]);
        assert_eq!(heard(&tree, "builds/18/new"), [1, 1]);
        assert_eq!(heard(&tree, "steps/18/new"), [1]);
        assert!(heard(&tree, "builds/17/steps/4/new").is_empty());

        assert!(tree.remove(&Pattern::new("builds/*/*"), 1));
        assert!(!tree.remove(&Pattern::new("builds/*/*"), 1));
        assert!(!tree.remove(&Pattern::new("builds/17"), 2));
        assert!(tree.remove(&Pattern::new("*/*/*"), 1));
        assert!(tree.remove(&Pattern::new("builds/17/new"), 2));
        assert!(tree.is_empty());
    }
}

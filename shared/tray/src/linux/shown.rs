//! Which notice is which on the server: ids, tokens, and that each answers once.

use std::collections::HashMap;
use watch::{Notice, NoticeAction, NoticeKey, Target};

/// Notices remembered; the oldest that are closed are forgotten beyond that.
const KEPT: usize = 64;

/// The action id of a click on the notice itself, by the specification.
pub(super) const CLICK: &str = "default";

/// A notice that the server was given.
struct Shown {
    notice: Notice,
    id: u32,
    /// Still on the screen or in the server's list.
    open: bool,
    answered: bool,
    token: Option<String>,
    /// Rises with each showing: the smallest is the oldest.
    order: u64,
}

/// All notices that the server was given.
#[derive(Default)]
pub(super) struct AllShown {
    by_key: HashMap<NoticeKey, Shown>,
    order: u64,
}

/// What a person did with a notice.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Opened(NoticeKey, Target, Option<String>),
    Action(NoticeKey, NoticeAction, Option<String>),
}

impl AllShown {
    /// The server's id of the notice while it can be seen.
    pub(super) fn open_id(&self, key: &NoticeKey) -> Option<u32> {
        self.by_key.get(key).filter(|shown| shown.open).map(|shown| shown.id)
    }

    /// The server took the notice under that id.
    pub(super) fn insert(&mut self, notice: Notice, id: u32) {
        self.by_key.retain(|_, shown| shown.id != id);
        self.order += 1;
        let shown = Shown {
            id,
            open: true,
            answered: false,
            token: None,
            order: self.order,
            notice: notice.clone(),
        };
        self.by_key.insert(notice.id, shown);
        self.forget_oldest();
    }

    /// The server says that it is gone.
    pub(super) fn closed(&mut self, id: u32) {
        if let Some(shown) = self.by_id(id) {
            shown.open = false;
        }
    }

    /// The server gives a token before it tells the answer.
    pub(super) fn token(&mut self, id: u32, token: String) {
        if let Some(shown) = self.by_id(id) {
            shown.token = Some(token);
        }
    }

    /// The answer to a server's `ActionInvoked`; `None` for a foreign notice, an unknown action and a second answer.
    pub(super) fn answer(&mut self, id: u32, action: &str) -> Option<Answer> {
        let shown = self.by_id(id).filter(|shown| !shown.answered)?;
        let key = shown.notice.id.clone();
        let answer = if action == CLICK {
            Answer::Opened(key, shown.notice.target.clone(), shown.token.take())
        } else {
            let button = shown.notice.buttons.get(action.parse::<usize>().ok()?)?;
            Answer::Action(key, button.action.clone(), shown.token.take())
        };
        shown.answered = true;
        Some(answer)
    }

    /// The server is gone, and all its notices with it.
    pub(super) fn clear(&mut self) {
        self.by_key.clear();
    }

    fn by_id(&mut self, id: u32) -> Option<&mut Shown> {
        self.by_key.values_mut().find(|shown| shown.id == id)
    }

    fn forget_oldest(&mut self) {
        while self.by_key.len() > KEPT {
            let oldest = self
                .by_key
                .iter()
                .min_by_key(|(_, shown)| (shown.open, shown.order))
                .map(|(key, _)| key.clone());
            match oldest {
                Some(key) => self.by_key.remove(&key),
                None => return,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watch::{Button, Scope, Urgency};

    fn notice(key: &str) -> Notice {
        Notice {
            id: NoticeKey(key.to_owned()),
            about: watch::Subject::Broken,
            title: String::new(),
            body: String::new(),
            urgency: Urgency::Normal,
            buttons: vec![Button {
                label: "Mute…".to_owned(),
                action: NoticeAction::Mute(Scope::All),
            }],
            silent: false,
            target: Target::Now,
            why: String::new(),
        }
    }

    #[test]
    fn a_notice_answers_once_even_when_replaced() {
        let mut all = AllShown::default();
        let key = NoticeKey("break-1".to_owned());
        all.insert(notice("break-1"), 5);
        assert_eq!(all.open_id(&key), Some(5));
        all.insert(notice("break-1"), 5);
        all.token(5, "t".to_owned());
        let mute = Answer::Action(key.clone(), NoticeAction::Mute(Scope::All), Some("t".to_owned()));
        assert_eq!(all.answer(5, "0"), Some(mute));
        assert_eq!(all.answer(5, "0"), None);
        assert_eq!(all.answer(5, CLICK), None);
        all.closed(5);
        assert_eq!(all.open_id(&key), None);
    }

    #[test]
    fn foreign_ids_and_unknown_actions_are_nothing() {
        let mut all = AllShown::default();
        all.insert(notice("a"), 5);
        for (id, action) in [(6, CLICK), (5, "1"), (5, "x"), (5, "")] {
            assert_eq!(all.answer(id, action), None, "{id} {action}");
        }
        assert_eq!(
            all.answer(5, CLICK),
            Some(Answer::Opened(NoticeKey("a".to_owned()), Target::Now, None))
        );
    }

    #[test]
    fn an_id_that_the_server_gives_again_belongs_to_the_new_notice() {
        let mut all = AllShown::default();
        all.insert(notice("a"), 5);
        all.insert(notice("b"), 5);
        assert_eq!(
            all.answer(5, CLICK),
            Some(Answer::Opened(NoticeKey("b".to_owned()), Target::Now, None))
        );
        assert_eq!(all.open_id(&NoticeKey("a".to_owned())), None);
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_can_be_seen() {
        let mut all = AllShown::default();
        all.insert(notice("first"), 1);
        for n in 0..2 * KEPT as u32 {
            all.insert(notice(&format!("n{n}")), 10 + n);
            all.closed(10 + n);
        }
        assert_eq!(all.by_key.len(), KEPT);
        assert_eq!(all.open_id(&NoticeKey("first".to_owned())), Some(1));
    }
}

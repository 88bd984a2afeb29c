//! The StatusNotifierItem: a view, translated into what the protocol asks for.

use crate::{Options, TrayEvent, TrayView, icon};
use ksni::menu::{StandardItem, SubMenu};
use tokio::sync::mpsc;
use watch::{MenuItem, TrayIcon};

/// What a tray host asks for its panel, in pixels; hosts take the nearest and scale.
const SIZES: [u32; 6] = [16, 22, 24, 32, 48, 64];

/// The item as the host sees it.
pub(super) struct Item {
    options: Options,
    view: TrayView,
    drawn: Vec<ksni::Icon>,
    events: mpsc::Sender<TrayEvent>,
}

impl Item {
    pub(super) fn new(options: Options, view: TrayView, events: mpsc::Sender<TrayEvent>) -> Item {
        let drawn = draw(view.icon);
        Item {
            options,
            view,
            drawn,
            events,
        }
    }

    pub(super) fn set(&mut self, view: TrayView) {
        if view.icon != self.view.icon {
            self.drawn = draw(view.icon);
        }
        self.view = view;
    }

    fn send(&self, event: TrayEvent) {
        if let Err(lost) = self.events.try_send(event) {
            tracing::warn!(%lost, "nobody reads what happens in the tray");
        }
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        self.options.id.clone()
    }

    fn title(&self) -> String {
        self.options.name.clone()
    }

    fn status(&self) -> ksni::Status {
        if self.view.attention {
            ksni::Status::NeedsAttention
        } else {
            ksni::Status::Active
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.drawn.clone()
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.drawn.clone()
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip {
            title: format!("{}: {}", self.options.name, self.view.tooltip.title),
            description: super::notices::escaped(&self.view.tooltip.text),
            ..ksni::ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Item>> {
        items(&self.view.menu)
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.send(TrayEvent::Open {
            token: ksni::current_xdg_activation_token(),
        });
    }

    fn watcher_offline(&self, _reason: ksni::OfflineReason) -> bool {
        // `host` follows the watcher and makes a new item for a new one.
        false
    }
}

fn items(menu: &[MenuItem]) -> Vec<ksni::MenuItem<Item>> {
    menu.iter().map(item).collect()
}

fn item(item: &MenuItem) -> ksni::MenuItem<Item> {
    match item {
        MenuItem::Separator => ksni::MenuItem::Separator,
        MenuItem::Text(text) => StandardItem {
            label: label(text),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        MenuItem::Submenu {
            label: text,
            items: submenu,
        } => SubMenu {
            label: label(text),
            submenu: items(submenu),
            ..SubMenu::default()
        }
        .into(),
        MenuItem::Action { label: text, action } => {
            let action = action.clone();
            let activate = Box::new(move |tray: &mut Item| {
                let token = ksni::current_xdg_activation_token();
                tray.send(TrayEvent::Menu {
                    action: action.clone(),
                    token,
                });
            });
            StandardItem {
                label: label(text),
                activate,
                ..StandardItem::default()
            }
            .into()
        }
    }
}

/// An underscore marks an access key in a D-Bus menu; doubled it stands for itself.
fn label(text: &str) -> String {
    text.replace('_', "__")
}

fn draw(icon: TrayIcon) -> Vec<ksni::Icon> {
    SIZES
        .iter()
        .map(|&size| ksni::Icon {
            width: size as i32,
            height: size as i32,
            data: icon::argb(icon, size),
        })
        .collect()
}

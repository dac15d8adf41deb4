//! Icons: drawn on 16 × 16, one sprite for each page, always with a word beside them.

use domain::health::Health;
use leptos::prelude::*;

macro_rules! glyphs {
    ($($name:ident $code:literal $doc:literal $drawing:literal;)*) => {
        /// The drawings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Glyph {
            $(#[doc = $doc] $name),*
        }

        impl Glyph {
            /// The fragment of the icon in the sprite.
            pub const fn href(self) -> &'static str {
                match self { $(Self::$name => concat!("#i-", $code)),* }
            }
        }

        /// All drawings, as `<symbol>` elements.
        const SYMBOLS: &str = concat!(
            $("<symbol id=\"i-", $code, "\" viewBox=\"0 0 16 16\">", $drawing, "</symbol>"),*
        );
    };
}

glyphs! {
    Accounts "accounts" "A list."
        r#"<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v0M2.5 8v0M2.5 12v0"/>"#;
    Alerts "alerts" "A bell."
        r#"<path d="M8 1.8A4.2 4.2 0 0 0 3.8 6c0 4-1.6 5.2-1.6 5.2h11.6S12.2 10 12.2 6A4.2 4.2 0 0 0 8 1.8zM6.6 13.6a1.6 1.6 0 0 0 2.8 0"/>"#;
    Api "api" "Angle brackets."
        r#"<path d="M5 4 1.5 8 5 12M11 4l3.5 4-3.5 4M9.2 2.8 6.8 13.2"/>"#;
    Apps "apps" "Four tiles."
        r#"<rect x="2" y="2" width="5" height="5" rx="1"/><rect x="9" y="2" width="5" height="5" rx="1"/><rect x="2" y="9" width="5" height="5" rx="1"/><rect x="9" y="9" width="5" height="5" rx="1"/>"#;
    ArrowRight "arrow-right" "Onwards."
        r#"<path d="M3 8h10M9 4l4 4-4 4"/>"#;
    ArrowUp "arrow-up" "Sorted upwards."
        r#"<path d="M8 13V3.2M4 7l4-4 4 4"/>"#;
    Audit "audit" "A written page."
        r#"<path d="M4.2 1.8h5.6l3.2 3.2v8a1.2 1.2 0 0 1-1.2 1.2H4.2A1.2 1.2 0 0 1 3 13V3a1.2 1.2 0 0 1 1.2-1.2zM5.8 7.5h4.4M5.8 10.5h4.4"/>"#;
    Building "building" "A company."
        r#"<path d="M3 14V3.2A1.2 1.2 0 0 1 4.2 2h5.6A1.2 1.2 0 0 1 11 3.2V14M11 6.5h1.3a1.2 1.2 0 0 1 1.2 1.2V14M1.8 14h12.4M5.8 5.2h2.4M5.8 8h2.4M5.8 10.8h2.4"/>"#;
    Chevron "chevron" "Opens downwards."
        r#"<path d="M4.5 6.2 8 9.8l3.5-3.6"/>"#;
    Circle "circle" "A step not yet taken."
        r#"<circle cx="8" cy="8" r="4.8"/>"#;
    Clock "clock" "Time."
        r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.8V8l2.2 1.5"/>"#;
    Copy "copy" "Two sheets."
        r#"<rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.5"/><path d="M10.5 3.2A1.2 1.2 0 0 0 9.3 2H3.2A1.2 1.2 0 0 0 2 3.2v6.1a1.2 1.2 0 0 0 1.2 1.2"/>"#;
    Disconnected "disconnected" "Unplugged."
        r#"<path d="m2 14 1.8-1.8M3.4 8.6l4 4-.9.9a2.2 2.2 0 0 1-3.1 0l-.9-.9a2.2 2.2 0 0 1 0-3.1zM5.3 9.3l1.5-1.5M6.7 10.7l1.5-1.5M14 2l-1.8 1.8M12.6 7.4l-4-4 .9-.9a2.2 2.2 0 0 1 3.1 0l.9.9a2.2 2.2 0 0 1 0 3.1z"/>"#;
    Done "done" "A tick in a circle."
        r#"<circle cx="8" cy="8" r="6.2"/><path d="m5.4 8.2 1.8 1.8 3.4-3.8"/>"#;
    Dots "dots" "More."
        r#"<path d="M3 8v0M8 8v0M13 8v0" stroke-width="2"/>"#;
    Download "download" "An arrow into a tray."
        r#"<path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/>"#;
    Edit "edit" "A pen."
        r#"<path d="m10.6 3.2 2.2 2.2M2.5 13.5l.7-3L11 2.7a1.4 1.4 0 0 1 2 0l.3.3a1.4 1.4 0 0 1 0 2L5.5 12.8z"/>"#;
    External "external" "Leads elsewhere."
        r#"<path d="M6.5 3H3.2A1.2 1.2 0 0 0 2 4.2v8.6A1.2 1.2 0 0 0 3.2 14h8.6a1.2 1.2 0 0 0 1.2-1.2V9.5M9.5 2H14v4.5M14 2 7.5 8.5"/>"#;
    Eye "eye" "Reading."
        r#"<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>"#;
    Flask "flask" "A test."
        r#"<path d="M6 1.8h4M6.8 1.8v4.4l-3.9 6.3a1 1 0 0 0 .9 1.6h8.4a1 1 0 0 0 .9-1.6L9.2 6.2V1.8M5 10h6"/>"#;
    Hand "hand" "A pointer."
        r#"<path d="M3 2.8 13.2 7 8.8 8.8 7 13.2z"/>"#;
    Info "info" "A remark."
        r#"<circle cx="8" cy="8" r="6.2"/><path d="M8 7.4V11M8 5v0"/>"#;
    Key "key" "A key."
        r#"<circle cx="5.5" cy="10.5" r="3.2"/><path d="M7.8 8.2 13.5 2.5M11 5l2 2"/>"#;
    Limited "limited" "A shield."
        r#"<path d="m8 1.7 5.2 1.9v4c0 3.2-2.2 5.5-5.2 6.7-3-1.2-5.2-3.5-5.2-6.7v-4zM5.8 7.9h4.4"/>"#;
    Link "link" "A chain."
        r#"<path d="M6.7 9.3a2.8 2.8 0 0 0 4 0L13 7a2.8 2.8 0 0 0-4-4l-.9.9M9.3 6.7a2.8 2.8 0 0 0-4 0L3 9a2.8 2.8 0 0 0 4 4l.9-.9"/>"#;
    Lock "lock" "A lock."
        r#"<rect x="3" y="7" width="10" height="7" rx="1.3"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>"#;
    Members "members" "People."
        r#"<circle cx="6" cy="5.2" r="2.6"/><path d="M1.5 13.5c.2-2.7 1.9-4.2 4.5-4.2s4.3 1.5 4.5 4.2M10.6 2.8a2.6 2.6 0 0 1 0 4.8M12.2 9.8c1.4.6 2.2 1.9 2.3 3.7"/>"#;
    Menu "menu" "Three lines."
        r#"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>"#;
    Minus "minus" "Nothing."
        r#"<path d="M4 8h8"/>"#;
    NotConnected "not_connected" "A dashed circle."
        r#"<circle cx="8" cy="8" r="5.8" stroke-dasharray="2.6 1.956"/>"#;
    Overview "overview" "A pulse."
        r#"<path d="M1.5 8.5h3l2-5 3 9 2-4h3"/>"#;
    Passkey "passkey" "A person with a key."
        r#"<circle cx="6" cy="5" r="2.8"/><path d="M1.5 13.5c.2-2.8 1.9-4.4 4.5-4.4.9 0 1.6.2 2.3.5"/><circle cx="12" cy="8.5" r="2"/><path d="M12 10.5v4M12 13h1.5"/>"#;
    Plus "plus" "More of it."
        r#"<path d="M8 3v10M3 8h10"/>"#;
    Retrying "retrying" "Arrows in a circle."
        r#"<path d="M13.6 6.6A5.8 5.8 0 0 0 3.6 4.4L2 6M2 2.6V6h3.4M2.4 9.4a5.8 5.8 0 0 0 10 2.2L14 10M14 13.4V10h-3.4"/>"#;
    Scopes "scopes" "A table."
        r#"<rect x="2" y="2" width="12" height="12" rx="1.6"/><path d="M2 6h12M6 6v8M10 6v8M6 10h0"/>"#;
    Search "search" "A lens."
        r#"<circle cx="7" cy="7" r="4.5"/><path d="M10.4 10.4 14 14"/>"#;
    Send "send" "A paper plane."
        r#"<path d="M14.2 1.8 7 9M14.2 1.8 9.7 14.2 7 9 1.8 6.3z"/>"#;
    Settings "settings" "Sliders."
        r#"<path d="M2 4.5h6M12.5 4.5H14M2 11.5h1.5M8 11.5h6"/><circle cx="10.2" cy="4.5" r="1.8"/><circle cx="5.8" cy="11.5" r="1.8"/>"#;
    SetupFault "setup_fault" "A wrench."
        r#"<path d="M13.7 4.2 11.5 6.4 9.6 4.5l2.2-2.2a3.7 3.7 0 0 0-4.9 4.8L2.2 11.8a1.4 1.4 0 0 0 2 2l4.7-4.7a3.7 3.7 0 0 0 4.8-4.9z"/>"#;
    Snooze "snooze" "A moon."
        r#"<path d="M13.2 9.6A5.6 5.6 0 1 1 6.4 2.8a4.6 4.6 0 0 0 6.8 6.8z"/>"#;
    StoppingSoon "stopping_soon" "An hourglass."
        r#"<path d="M4 1.8h8M4 14.2h8M5 1.8v2.4C5 5.6 8 6.8 8 8s-3 2.4-3 3.8v2.4M11 1.8v2.4C11 5.6 8 6.8 8 8s3 2.4 3 3.8v2.4"/>"#;
    Tag "tag" "A label."
        r#"<path d="M2.2 2.2h5.2l6.4 6.4-5.2 5.2-6.4-6.4zM5.2 5.2v0"/>"#;
    Unchecked "unchecked" "A question mark."
        r#"<path d="M5.5 5.8a2.5 2.5 0 1 1 3.8 2.1C8.4 8.5 8 9 8 10M8 12.9v.1"/>"#;
    Updown "updown" "Switch."
        r#"<path d="m5 6 3-3 3 3M5 10l3 3 3-3"/>"#;
    User "user" "A person."
        r#"<circle cx="8" cy="5.2" r="2.9"/><path d="M2.8 14c.3-3 2.2-4.6 5.2-4.6s4.9 1.6 5.2 4.6"/>"#;
    Warn "warn" "A warning."
        r#"<path d="M8 2.2 14.4 13.2H1.6zM8 6.6v3M8 11.4v0"/>"#;
    Working "working" "A tick."
        r#"<path d="m3 8.6 3.3 3.3L13 4.6"/>"#;
    X "x" "Take away."
        r#"<path d="m4.2 4.2 7.6 7.6M11.8 4.2l-7.6 7.6"/>"#;
}

impl From<Health> for Glyph {
    fn from(health: Health) -> Self {
        match health {
            Health::SetupFault => Self::SetupFault,
            Health::NotConnected => Self::NotConnected,
            Health::Disconnected => Self::Disconnected,
            Health::StoppingSoon => Self::StoppingSoon,
            Health::Unchecked => Self::Unchecked,
            Health::Retrying => Self::Retrying,
            Health::Limited => Self::Limited,
            Health::Working => Self::Working,
        }
    }
}

/// One icon. It is hidden from screen readers: the words beside it are its name.
#[component]
pub fn Icon(
    /// Which drawing.
    #[prop(into)]
    name: Glyph,
) -> AnyView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=name.href()></use>
        </svg>
    }
    .into_any()
}

/// The drawings; layouts put it at the end of each page.
#[component]
pub fn Sprite() -> AnyView {
    view! { <svg class="sprite" aria-hidden="true" inner_html=SYMBOLS></svg> }.into_any()
}

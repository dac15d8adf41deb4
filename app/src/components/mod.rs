//! The components of pages. Each shows what it is given and decides nothing;
//! classes and `data-*` attributes are those of `style/components/`.

mod button;
mod card_table;
mod chart;
mod choice;
mod empty;
mod field;
mod form_key;
mod health;
mod icon;
mod list;
mod message;
mod nav;
mod page_head;
mod panel;
mod qr_code;
mod scope_picker;
mod scope_table;
mod steps;
mod time;
mod timeline;
mod top_bar;
mod words;

pub use button::{Button, Kind, LinkButton, PostButton, Size};
pub use card_table::CardTable;
pub use chart::{ChartDay, HealthChart};
pub use choice::{Checkbox, Choice, Radios, Segments, Select};
pub use empty::{Empty, LoadFailed, NoMatch};
pub use field::{
    Copy, CopyField, CopyText, Field, FileField, NewPasswordField, SecretField, SecretMask,
    TextArea,
};
pub(crate) use form_key::FormKeys;
pub use form_key::{FORM_KEY, FormKey};
pub use health::{
    Badge, HealthBadge, HealthHistory, HealthStrip, HealthStripLegend, health_history_label,
};
pub use icon::{Glyph, Icon, Sprite};
pub use list::{Dir, FilterChip, FilterMenu, Pager, SortHeader};
pub use message::{Callout, Confirm, Outcome, Reason};
pub use nav::{Frame, Nav, NavItem, TenantLink, WorkerBeat, WorkerState};
pub use page_head::{Crumb, PageHead, Tab, Tabs};
pub use panel::{Fact, Facts, Ledger, LedgerRow, Panel, PanelFailed};
pub use qr_code::QrCode;
pub use scope_picker::ScopePicker;
pub use scope_table::{ScopeCells, ScopeGroup, ScopeMark, ScopeRow, ScopeTable, scope_groups};
pub use steps::{CheckItem, Checklist, Step, Steps};
pub use time::{Ago, Moment, TimeOr, TimeTag};
pub(crate) use time::{absolute, written_in, zone};
pub use timeline::{Timeline, TimelineDay, TimelineEvent};
pub(crate) use timeline::{date, time_of_day};
pub(crate) use top_bar::initials;
pub use top_bar::{Brand, Letters, Theme, TopBar};
pub use words::OptionalText;

#[cfg(test)]
mod tests;

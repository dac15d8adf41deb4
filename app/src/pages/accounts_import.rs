//! `/t/{tenant}/accounts/import`: what is known of customers comes from a CSV file. What
//! would happen is shown line by line before anything is stored.

use super::{PageError, PageParams, outcome, setup::problem, show};
use crate::{
    address::Address,
    components::{
        Button, Callout, CardTable, Crumb, FileField, FormKey, Glyph, Kind, LinkButton, NavItem,
        PageHead, Panel, TextArea,
    },
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{health::Health, permission::Permission};
use leptos::prelude::*;
use service::accounts::{IMPORT_COLUMNS, ImportedLine, LineResult, MOST_LINES};
use std::sync::Arc;

/// The name of the form.
pub const FORM: &str = "import";
/// Its field for a file.
pub const FILE: &str = "file";
/// Its field for pasted lines.
pub const TEXT: &str = "text";
/// Its field that says whether the lines are stored.
pub const STEP: &str = "step";
/// The value of [`STEP`] that stores them.
pub const STORE: &str = "store";

/// A file that was looked at: what would become of its lines.
#[derive(Debug, Clone)]
pub struct LookedAt {
    /// Its text, which the next step sends again.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: Arc<[ImportedLine]>,
}

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::EditCustomers)?;
    let around = page_chrome(&context, &actor, NavItem::Accounts).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        looked_at: context.looked_at.clone(),
        form: context.form.clone().unwrap_or_default(),
        outcome: context.outcome.clone(),
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Import customers">
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    /// The file, if the page answers a look at it.
    pub looked_at: Option<LookedAt>,
    pub form: FormState,
    pub outcome: Option<ShownOutcome>,
}

impl Data {
    fn action(&self) -> String {
        Address::ImportAccounts {
            tenant: &self.tenant,
        }
        .to_string()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let accounts = Address::Accounts {
        tenant: &data.tenant,
    }
    .to_string();
    let body = match &data.looked_at {
        Some(file) => would_happen(data, file),
        None => choose(data),
    };
    view! {
        <PageHead
            title="Import customers"
            lead="What you know of them, from a CSV file. You see what would happen before anything is stored."
            crumbs=vec![Crumb::new("Accounts", accounts)]
        />
        // The form shows its own errors.
        {outcome::outcome(data.outcome.as_ref(), &FormState::default())}
        {body}
    }
    .into_any()
}

/// The first step.
fn choose(data: &Data) -> AnyView {
    let form = &data.form;
    let body = view! {
        <form
            class="body form"
            method="post"
            enctype="multipart/form-data"
            action=data.action()
        >
            <FormKey/>
            {problem(form)}
            <FileField
                name=FILE
                label="CSV file"
                accept="text/csv,.csv"
                optional=true
                hint=format!("UTF-8, with commas or semicolons, at most {MOST_LINES} lines and 1 MB.")
                error=form.error(FILE)
            />
            <TextArea
                name=TEXT
                label="Or paste lines here"
                rows=6_u32
                value=form.value_or(TEXT, "")
                error=form.error(TEXT)
            />
            <p class="actions">
                <Button kind=Kind::Primary>"Look what would happen"</Button>
            </p>
        </form>
    }
    .into_any();
    let columns = IMPORT_COLUMNS.iter().map(|column| {
        view! {
            <li>
                <code>{*column}</code>
                " "
                <span class="sub">{meaning(column)}</span>
            </li>
        }
    });
    let columns = view! {
        <div class="body">
            <ul class="lines" role="list" aria-label="Columns">
                {columns.collect_view()}
            </ul>
            <p class="hint">
                "Only the subdomain has to be there. An empty cell leaves what is known. Several lines of an account each bring a contact."
            </p>
        </div>
    }
    .into_any();
    view! {
        <div class="split">
            <Panel id="file" title="File">
                {body}
            </Panel>
            <Panel id="columns" title="Columns">
                {columns}
            </Panel>
        </div>
    }
    .into_any()
}

/// What a column holds.
fn meaning(column: &str) -> &'static str {
    match column {
        "subdomain" => "the account’s name at Gorgias",
        "name" => "the customer’s name",
        "external_id" => "the customer’s id in your own systems",
        "owner" => "the e-mail address of the member who looks after it",
        "tags" => "separated by commas or semicolons",
        "note" => "what colleagues should know",
        "contact_email" => "whom links are sent to",
        "contact_name" => "the contact’s name",
        _ => "of the contact: en, fr, de or es",
    }
}

/// How many lines came to what.
#[derive(Default)]
struct Sums {
    made: usize,
    changed: usize,
    same: usize,
    refused: usize,
}

impl Sums {
    fn of(lines: &[ImportedLine]) -> Self {
        let mut sums = Self::default();
        for line in lines {
            match line.result {
                LineResult::Made(_) => sums.made += 1,
                LineResult::Changed(_) => sums.changed += 1,
                LineResult::Same => sums.same += 1,
                LineResult::Refused(_) => sums.refused += 1,
                LineResult::With(_) => {}
            }
        }
        sums
    }

    /// "2 accounts would be added, 3 changed; 1 line can’t be stored."
    fn sentence(&self) -> String {
        let would = match (self.made, self.changed) {
            (0, 0) => "Nothing would change".to_owned(),
            (made, 0) => format!("{} would be added", counted(made, "account")),
            (0, changed) => format!("{} would be changed", counted(changed, "account")),
            (made, changed) => format!(
                "{} would be added and {changed} changed",
                counted(made, "account")
            ),
        };
        let same = match self.same {
            0 => String::new(),
            1 => ", 1 is like that already".to_owned(),
            same => format!(", {same} are like that already"),
        };
        let refused = match self.refused {
            0 => ".".to_owned(),
            refused => format!("; {} can’t be stored.", counted(refused, "line")),
        };
        would + &same + &refused
    }
}

fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// The second step: line by line what would happen, refused lines first.
fn would_happen(data: &Data, file: &LookedAt) -> AnyView {
    let sums = Sums::of(&file.lines);
    let changes = sums.made + sums.changed;
    let health = match (sums.refused, changes) {
        (0, _) => Health::Working,
        (_, 0) => Health::Disconnected,
        _ => Health::Limited,
    };
    let refused = |line: &&ImportedLine| matches!(line.result, LineResult::Refused(_));
    let (first, then): (Vec<_>, Vec<_>) = file.lines.iter().partition(refused);
    let rows = first.into_iter().chain(then).map(line).collect_view();
    let store = (changes > 0).then(|| {
        view! {
            <form method="post" enctype="multipart/form-data" action=data.action()>
                <FormKey/>
                <input type="hidden" name=TEXT value=file.text.to_string()/>
                <input type="hidden" name=STEP value=STORE/>
                <Button kind=Kind::Primary>{format!("Import {}", counted(changes, "account"))}</Button>
            </form>
        }
    });
    let rest = (sums.refused > 0 && changes > 0)
        .then_some("Lines that can’t be stored are left out; mend them and send the file again.");
    let table = view! { <CardTable caption="Lines of the file" columns=&["Line", "Account", "What would happen"] rows=rows.into_any()/> }
    .into_any();
    view! {
        <Callout health icon=Glyph::Audit>
            <p>
                <b>{sums.sentence()}</b>
                " Nothing is stored yet. "
                {rest}
            </p>
        </Callout>
        <div class="actions">
            {store}
            <LinkButton href=data.action()>"Choose another file"</LinkButton>
        </div>
        <Panel id="lines" title=counted(file.lines.len(), "line")>
            {table}
        </Panel>
    }
    .into_any()
}

fn line(line: &ImportedLine) -> AnyView {
    let fields = |verb: &str, fields: &[&str]| match fields {
        [] => verb.to_owned(),
        fields => {
            let names: Vec<_> = fields.iter().map(|name| name.replace('_', " ")).collect();
            format!("{verb}: {}", names.join(", "))
        }
    };
    let (health, icon, words) = match &line.result {
        LineResult::Made(names) => (Some(Health::Working), Glyph::Plus, fields("Added", names)),
        LineResult::Changed(names) => {
            (Some(Health::Working), Glyph::Edit, fields("Changed", names))
        }
        LineResult::Same => (None, Glyph::Done, "Like that already".to_owned()),
        LineResult::With(first) => (None, Glyph::Done, format!("Counts with line {first}")),
        LineResult::Refused(why) => (Some(Health::Disconnected), Glyph::X, why.clone()),
    };
    let account = line.account.clone();
    view! {
        <tr>
            <td data-label="Line">{line.number}</td>
            <th scope="row">{account}</th>
            <td data-label="What would happen">
                <span class="result" data-health=health.map(Health::code)>
                    <crate::components::Icon name=icon/>
                    <span>{words}</span>
                </span>
            </td>
        </tr>
    }
    .into_any()
}

//! What the views show.

use super::{
    outline::{html, outline},
    results::outcome,
    sample::{self, NOW, account_page, accounts_page},
};
use crate::{
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::{FormState, Kept},
    pages::{
        account, accounts, app_new, confirm, connect, overview, reconnect, result, reveal, setup,
        signin, tenants,
    },
};
use domain::{
    error::AuthorizationProblem, event::Happening, health::Health, health_days::Days,
    scope::ScopeSet, time::Span,
};
use insta::assert_snapshot;
use secrecy::SecretString;
use service::{
    connections::{
        by_account::{AccountsQuery, States},
        links::{LinkGone, LinkState, PublicLink},
        result::Outcome,
    },
    core::error::FieldError,
};

/// Two scripts in a name: one would end the page's own script, the other would run.
const EVIL: &str = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn is_inert(html: &str) {
    assert!(html.contains("alert(1)"), "the name isn't shown at all");
    assert!(
        !html.contains("<script>alert"),
        "a script would run: {html}"
    );
    assert!(
        !html.contains("</script><script"),
        "a script would end: {html}"
    );
    assert!(!html.contains("<img"), "an element was made: {html}");
}

fn failed(action: &'static str, field: &'static str, message: &str) -> FormState {
    FormState {
        action,
        errors: vec![FieldError::new(field, message)],
        ..FormState::default()
    }
}

#[test]
fn the_overview_says_when_the_rate_is_nearly_used_up() {
    let mut data = overview::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: sample::ALL,
        me: None,
        whose: None,
        faulty: Vec::new(),
        notices: Vec::new(),
        counts: Some(accounts::Counts {
            states: vec![(Health::Working, 3)],
            total: 3,
            ..Default::default()
        }),
        need_you: 0,
        too_high: Some(83),
        clock_ahead: None,
        lists: Some((Vec::new(), Vec::new())),
        days: Days::Fourteen,
        history: None,
    };
    let page = outline(&html(|| overview::view(&data)));
    assert_snapshot!("overview_rate_nearly_used_up", page);
    if let Some(counts) = &mut data.counts {
        counts.states.push((Health::Unchecked, 2));
    }
    let page = html(|| overview::view(&data));
    assert!(
        page.contains("1 of 3 work."),
        "nobody vouches for two: {page}"
    );
    let said =
        |data: &overview::Data| html(|| overview::view(data)).contains("MOORING_REFRESH_RATE");
    assert!(said(&data));
    data.may.manage_apps = false;
    assert!(!said(&data), "nothing that this reader can do");
    data.may.manage_apps = true;
    data.too_high = None;
    assert!(!said(&data));
    // security.md 78
    assert!(!html(|| overview::view(&data)).contains("clock"));
    data.clock_ahead = Some(Span::days(365));
    let page = html(|| overview::view(&data));
    assert!(page.contains("365 days ahead") && page.contains("--clock-is-right"));
}

#[test]
fn a_working_account_asks_for_nothing() {
    let page = outline(&html(|| account::view(&account_page(sample::working()))));
    assert_snapshot!("account_working", page);
    assert!(page.contains("Checked 4 min ago. Renews by itself."));
    assert!(
        !page.contains("in 20 h"),
        "no countdown on what renews by itself"
    );
}

/// What is shown once isn't shown again by following how far the link is.
#[test]
fn a_link_is_followed_without_its_address() {
    let mut data = account_page(sample::disconnected());
    data.links = Some(vec![sample::link(LinkState::Opened)]);
    data.link_tracked = true;
    let page = html(|| account::view(&data));
    let follows = "data-follow=\"/t/parcelwise/accounts/returns/acme?link=track\"";
    assert!(page.contains(follows), "{page}");
    assert!(page.contains("Link for acme") && !page.contains("link-url"));
}

#[test]
fn a_disconnected_account_says_why_and_offers_the_link() {
    let mut data = account_page(sample::disconnected());
    data.links = Some(vec![sample::link(LinkState::Opened)]);
    data.timeline = Some(vec![
        sample::entry(Happening::LinkOpened, Span::hours(1)),
        sample::entry(
            Happening::HealthChanged {
                from: Health::Working,
                to: Health::Disconnected,
                cause: "refused".into(),
            },
            Span::days(2),
        ),
    ]);
    assert_snapshot!(
        "account_disconnected",
        outline(&html(|| account::view(&data)))
    );
}

#[test]
fn a_limited_account_names_what_is_missing() {
    assert_snapshot!(
        "account_limited",
        outline(&html(|| account::view(&account_page(sample::limited()))))
    );
}

#[test]
fn an_invited_account_has_nothing_to_forget() {
    let page = outline(&html(|| {
        account::view(&account_page(sample::never_finished()))
    }));
    assert!(page.contains("Invited, never finished."));
    assert!(page.contains("Nothing granted"));
    assert!(!page.contains("/disconnect") && !page.contains("/check"));
}

#[test]
fn a_panel_that_fails_leaves_the_rest() {
    let mut data = account_page(sample::working());
    (data.timeline, data.links) = (None, None);
    let page = outline(&html(|| account::view(&data)));
    assert!(page.contains("The timeline couldn’t be loaded."));
    assert!(page.contains("The links couldn’t be loaded."));
    assert!(page.contains("Checked 4 min ago. Renews by itself."));
}

#[test]
fn a_viewer_sees_no_buttons() {
    let mut data = account_page(sample::disconnected());
    data.may = Default::default();
    data.link_wanted = true;
    let page = outline(&html(|| account::view(&data)));
    assert!(!page.contains("FORM") && !page.contains("?link=new") && !page.contains("/disconnect"));
}

#[test]
fn a_check_shows_what_it_found() {
    let mut data = account_page(sample::working());
    data.outcome = Some(ShownOutcome::of(FormOutcome::Checked));
    data.timeline = Some(vec![sample::entry(
        Happening::Checked {
            result: "renewed.".into(),
        },
        Span::seconds(3),
    )]);
    let page = outline(&html(|| account::view(&data)));
    assert!(page.contains("Checked:\nrenewed."), "{page}");
}

#[test]
fn a_new_link_is_shown_once_and_copied() {
    let mut data = account_page(sample::disconnected());
    data.outcome = Some(ShownOutcome {
        outcome: FormOutcome::LinkMade {
            account: "acme".into(),
            until: NOW.plus(Span::days(7)),
        },
        secret: Some(SecretString::from("https://mooring.example/r/t0ken")),
    });
    let page = outline(&html(|| account::view(&data)));
    assert!(page.contains("value") || page.contains("https://mooring.example/r/t0ken"));
    assert!(page.contains("Sat 5 Dec 2026, 12:05 UTC"), "{page}");
}

#[test]
fn three_kinds_of_nothing_differ() {
    let mut empty = accounts_page(vec![], AccountsQuery::default());
    empty.counts = Some(accounts::Counts::default());
    let filtered = AccountsQuery {
        q: "zzz".into(),
        states: States::One(Health::Retrying),
        ..AccountsQuery::default()
    };
    let mut broken = accounts_page(vec![], AccountsQuery::default());
    broken.page = Err(accounts::Failed { cursor: false });
    assert_snapshot!(
        "accounts_nothing_yet",
        outline(&html(|| accounts::view(&empty)))
    );
    assert_snapshot!(
        "accounts_no_match",
        outline(&html(|| accounts::view(&accounts_page(vec![], filtered))))
    );
    assert_snapshot!(
        "accounts_not_loaded",
        outline(&html(|| accounts::view(&broken)))
    );
}

#[test]
fn the_list_keeps_its_state_in_every_link() {
    let rows = vec![sample::disconnected().row, sample::working().row];
    let query = AccountsQuery {
        q: "ac".into(),
        ..AccountsQuery::default()
    };
    assert_snapshot!(
        "accounts",
        outline(&html(|| accounts::view(&accounts_page(rows, query))))
    );
}

#[test]
fn an_apps_form_keeps_what_was_typed_and_never_the_secret() {
    let mut state = failed("app_create", "client_secret", "Paste the client secret.");
    state
        .errors
        .push(FieldError::new("scopes", "Choose at least one scope."));
    state.values = vec![
        ("name".into(), "Returns".into()),
        ("client_id".into(), "6123".into()),
        ("scope".into(), "tickets:read".into()),
        ("client_secret".into(), "canary".into()),
    ];
    let page = html(|| app_new::view("parcelwise", &state));
    assert!(!page.contains("canary"));
    assert_snapshot!("app_form_with_errors", outline(&page));
}

fn public_link(health: Health) -> PublicLink {
    PublicLink {
        brand: service::TenantBrand::named("Parcelwise"),
        tenant_name: "Parcelwise".into(),
        app_name: "Returns".into(),
        subdomain: "acme".parse().unwrap(),
        requested: sample::app().requested,
        granted: ScopeSet::default(),
        health,
        created_by: "Jonas Weber".into(),
        expires_at: NOW.plus(Span::days(7)),
        language: None,
    }
}

#[test]
fn the_customer_reads_who_what_and_until_when() {
    let link = public_link(Health::Disconnected);
    let page = outline(&html(|| {
        reconnect::view(&link, "/r/t0ken", &FormState::default(), NOW)
    }));
    assert_snapshot!("reconnect", page);
}

#[test]
fn a_link_that_is_gone_says_what_to_do() {
    for gone in [
        LinkGone::Unknown,
        LinkGone::Used,
        LinkGone::Expired,
        LinkGone::Revoked,
    ] {
        let page = outline(&html(|| reconnect::gone_view(gone)));
        assert!(page.contains("Ask the person who sent it for a new one."));
        assert!(!page.contains("FORM"));
    }
}

#[test]
fn an_app_without_offline_is_offered_it_in_place_of_a_link() {
    let mut data = account_page(sample::stopping_soon());
    let page = outline(&html(|| account::view(&data)));
    let add = "[/t/parcelwise/apps/returns/permissions?add=offline#asks]";
    assert!(page.contains(add) && page.contains("Add offline to Returns"));
    data.link_wanted = true;
    let page = outline(&html(|| account::view(&data)));
    assert!(page.contains("A link can’t help acme yet"), "{page}");
    assert!(page.contains(add) && !page.contains("Make link"), "{page}");
    let row = vec![data.account.row.clone()];
    let list = outline(&html(|| {
        accounts::view(&accounts_page(row.clone(), AccountsQuery::default()))
    }));
    assert!(
        list.contains("/permissions?add=offline#asks] Add offline"),
        "{list}"
    );
    data.may.manage_apps = false;
    let page = outline(&html(|| account::view(&data)));
    assert!(!page.contains("?add=offline"), "{page}");
    assert!(page.contains("Ask an operator or owner"), "{page}");
}

#[test]
fn forms_say_what_was_wrong_where_it_was() {
    let state = failed("setup", "password", "Use at least 12 characters.");
    let page = html(|| setup::view(&state, "https://mooring.example"));
    assert!(page.contains("id=\"password-error\"") && page.contains("Use at least 12 characters."));
    let state = failed("signin", "", "E-mail or password is wrong.");
    let page = outline(&html(|| signin::view(&state, Some("/t/x".into()), None)));
    assert!(page.contains("E-mail or password is wrong."));
    assert!(page.contains("input hidden next=\"/t/x\""));
}

/// security.md 54
#[test]
fn scripts_in_names_are_inert() {
    let mut data = account_page(sample::disconnected());
    data.account.row.app_name = EVIL.into();
    data.account.app.name = EVIL.into();
    data.account.approved_by_name = Some(EVIL.into());
    data.account.failure = Some(EVIL.into());
    data.timeline = Some(vec![sample::entry(
        Happening::NotApproved {
            reason: EVIL.into(),
        },
        Span::hours(1),
    )]);
    let mut link = sample::link(LinkState::Sent);
    link.created_by = EVIL.into();
    data.links = Some(vec![link]);
    data.outcome = Some(ShownOutcome::of(FormOutcome::DisconnectedBefore {
        by: EVIL.into(),
        at: NOW,
    }));
    is_inert(&html(|| account::view(&data)));

    let query = AccountsQuery {
        q: EVIL.into(),
        app: Some(EVIL.into()),
        ..AccountsQuery::default()
    };
    let mut row = sample::working().row;
    row.approved_by = Some(EVIL.into());
    is_inert(&html(|| {
        accounts::view(&accounts_page(vec![row], query.clone()))
    }));
    is_inert(&html(|| accounts::view(&accounts_page(vec![], query))));

    let mut link = public_link(Health::Disconnected);
    link.tenant_name = EVIL.into();
    link.app_name = EVIL.into();
    link.created_by = EVIL.into();
    is_inert(&html(|| {
        reconnect::view(&link, "/r/t", &failed("reconnect", "", EVIL), NOW)
    }));

    let mut result = outcome(Outcome::Failed {
        problem: AuthorizationProblem::Refused { code: EVIL.into() },
    });
    result.app_name = EVIL.into();
    is_inert(&html(|| result::view(&result, "/again")));

    is_inert(&html(|| {
        tenants::view(&tenants::Data {
            person: EVIL.into(),
            wanted: EVIL.into(),
            number: 2,
            may_create: true,
            ..Default::default()
        })
    }));
    is_inert(&html(|| {
        signin::view(&failed("signin", "", EVIL), Some(EVIL.into()), None)
    }));
    let mut form = failed("connect", "subdomain", EVIL);
    form.values = vec![("subdomain".into(), EVIL.into())];
    let data = connect::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: sample::ALL,
        link_life: Span::days(7),
        mail: false,
        apps: vec![sample::app()],
        wanted: Some(EVIL.into()),
        account: Some(EVIL.into()),
        form,
        link: None,
        outcome: None,
    };
    is_inert(&html(|| connect::view(&data)));
}

#[test]
fn a_client_secret_is_shown_after_a_question_and_not_before() {
    let view = |secret: Option<&str>, state: &FormState| {
        let secret = secret.map(str::to_owned);
        html(|| reveal::view("harbour", &sample::app(), secret, state))
    };
    let question = view(None, &FormState::default());
    assert_snapshot!("reveal", outline(&question));
    let failed = failed("app_reveal", "", "The audit can’t be written.");
    assert!(view(None, &failed).contains("The audit can’t be written."));
    let secret = "canary\"<script>alert(1)</script>";
    let shown = view(Some(secret), &FormState::default());
    assert_snapshot!("reveal_shown", outline(&shown));
    is_inert(&shown);
    assert_eq!(shown.matches("canary").count(), 1);
    assert!(!shown.contains("leptos-island"), "no data for the browser");
}

#[test]
fn it_is_asked_whether_it_is_still_them() {
    let data = |form: FormState| confirm::Data {
        passkey: true,
        single_sign_on: None,
        asked: confirm::Asked::Password,
        email: "ann@harbour.example".to_owned(),
        next: Some("/t/harbour/keys".to_owned()),
        kept: Some(Kept::Typed),
        form,
    };
    let asked = data(FormState::default());
    assert_snapshot!("confirm", outline(&html(|| confirm::view(&asked))));
    let wrong = data(failed("confirm", "password", EVIL));
    is_inert(&html(|| confirm::view(&wrong)));
    let elsewhere = confirm::Data {
        next: Some("//evil.example".to_owned()),
        ..data(FormState::default())
    };
    let page = html(|| confirm::view(&elsewhere));
    assert!(!page.contains("href=\"//evil"), "{page}");
}

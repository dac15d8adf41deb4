//! Each component by itself.

use super::super::*;
use super::html;
use super::sample::*;
use domain::health::Health;
use insta::assert_snapshot;
use leptos::prelude::*;

#[test]
fn badges_say_the_state_in_words() {
    for health in Health::ALL {
        let html = html(move || view! { <HealthBadge health/> });
        assert!(html.contains(&format!(r#"data-health="{}""#, health.code())));
        assert!(
            html.ends_with(&format!("{}</span>", health.label())),
            "{html}"
        );
    }
    assert_snapshot!(
        "badge",
        html(|| view! { <HealthBadge health=Health::Disconnected/> })
    );
}

#[test]
fn strips_have_a_bar_a_day_and_words() {
    let history = days("..WWWWWWWWWDDW");
    assert_eq!(
        health_history_label(&history),
        "Last 14 days: no record for 2, then working for 9, then disconnected for 2, then working for 1"
    );
    assert_snapshot!(
        "history",
        html(
            move || view! { <HealthHistory history/> <HealthStripLegend days=history.days().to_vec()/> }
        )
    );
}

#[test]
fn fields_point_to_their_error_and_hint() {
    let with = |error: Option<&'static str>| {
        html(
            move || view! { <Field name="sub" label="Subdomain" value="<acme>" hint="The first part" error plain=true/> },
        )
    };
    assert_snapshot!("field", with(None));
    assert_snapshot!("field_error", with(Some("Only the first part: acme")));
}

#[test]
fn choices_keep_what_was_chosen() {
    let options = || {
        vec![
            Choice::new("viewer", "Viewer"),
            Choice::new("owner", "Owner").hint("Everything"),
        ]
    };
    assert_snapshot!(
        "select",
        html(move || view! { <Select name="role" label="Role" options=options() value="owner"/> })
    );
    assert_snapshot!(
        "radios",
        html(
            move || view! { <Radios name="role" legend="Role" options=options() value="owner" error="Choose one"/> }
        )
    );
    assert_snapshot!(
        "segments",
        html(
            move || view! { <Segments name="role" legend="Role" options=options() value="owner"/> }
        )
    );
    assert_snapshot!(
        "checkbox",
        html(|| view! { <Checkbox name="pkce" label="PKCE" hint="Off by default" checked=true/> })
    );
}

#[test]
fn text_is_inert() {
    let html = html(|| {
        view! {
            <PageHead title="</script><img src=x>"/>
            <TextArea name="a" label="A" value="</textarea><b>"/>
            <Reason health=Health::Working title="<i>"/>
        }
    });
    for tag in ["</script>", "<img", "<b>", "<i>"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
}

#[test]
fn buttons_and_links() {
    assert_snapshot!(
        "button",
        html(
            || view! { <Button kind=Kind::Primary icon=Glyph::Send name="a" value="b">"Send"</Button> }
        )
    );
    assert_snapshot!(
        "link_button",
        html(
            || view! { <LinkButton href="/x" size=Size::Small about="Acme">"Send link"</LinkButton> }
        )
    );
    assert_snapshot!(
        "post_button",
        html(
            || view! { <PostButton action="/check" icon=Glyph::Retrying>"Check now"</PostButton> }
        )
    );
}

#[test]
fn times_are_relative_and_absolute() {
    assert_snapshot!(
        "time",
        html(|| view! { <TimeTag at=ago(49) now=NOW/> <TimeOr at=None now=NOW/> })
    );
}

#[test]
fn values_to_copy_can_be_selected_and_secrets_are_not_there() {
    assert_snapshot!(
        "copy",
        html(
            || view! { <CopyField id="u" label="App URL" value="https://m.example/" hint="Unchanged"/> }
        )
    );
    assert_snapshot!(
        "secret",
        html(|| view! { <SecretMask fingerprint="7f3c 19ae"/> })
    );
}

#[test]
fn messages() {
    assert_snapshot!(
        "callout",
        html(|| view! { <Callout health=Health::Limited alert=true><p>"Old"</p></Callout> })
    );
    assert_snapshot!(
        "outcome",
        html(|| view! { <Outcome health=Health::Disconnected>"Not sent."</Outcome> })
    );
    assert_snapshot!(
        "load_failed",
        html(|| view! { <LoadFailed what="It failed." why="Slow." retry="?"/> })
    );
    assert_snapshot!(
        "no_match",
        html(|| view! { <NoMatch what="None." clear="?"/> })
    );
    assert_snapshot!(
        "empty",
        html(|| view! { <Empty icon=Glyph::Link title="No link was ever sent"/> })
    );
}

#[test]
fn lists() {
    assert_snapshot!(
        "sort",
        html(
            || view! { <SortHeader label="Account" value="-account" form="filters" dir=Dir::Descending/> }
        )
    );
    assert_snapshot!(
        "chip",
        html(|| view! { <FilterChip label="Health" value="Limited" remove="?"/> })
    );
    assert_snapshot!(
        "menu",
        html(
            || view! { <FilterMenu label="App" name="app" options=vec![Choice::new("r", "Returns").count(3).checked(true)]/> }
        )
    );
    assert_snapshot!(
        "pager",
        html(
            || view! { <Pager label="Pages" summary="1–2 of 4" prev=None next=Some("?after=2".into())/> }
        )
    );
}

#[test]
fn timelines_are_grouped_by_day() {
    let event = |hours| TimelineEvent {
        health: None,
        icon: Glyph::Retrying,
        title: "Checked".into(),
        detail: None,
        at: ago(hours),
    };
    let days = TimelineDay::group(vec![event(1), event(2), event(24), event(80)], NOW);
    let titles: Vec<_> = days
        .iter()
        .map(|d| (d.title.as_str(), d.events.len()))
        .collect();
    assert_eq!(
        titles,
        [
            ("Today · Tue 24 Nov 2026", 2),
            ("Yesterday · Mon 23 Nov 2026", 1),
            ("Sat 21 Nov 2026", 1)
        ]
    );
}

#[test]
fn scopes_show_every_kind_of_difference() {
    let requested = scopes("offline tickets:read tags:read tags:write");
    let granted = scopes("offline tickets:read tickets:write ai_agents:read");
    let groups = scope_groups(&requested, &granted);
    let cells: Vec<_> = groups
        .iter()
        .flat_map(|g| &g.rows)
        .map(|r| (r.name.as_str(), r.cells))
        .collect();
    let pair = |read, write| ScopeCells::Resource { read, write };
    assert_eq!(
        cells,
        [
            ("Renewal", ScopeCells::One(ScopeMark::Granted)),
            ("Tickets", pair(ScopeMark::Granted, ScopeMark::Extra)),
            ("Tags", pair(ScopeMark::Missing, ScopeMark::Missing)),
            ("ai_agents:read", ScopeCells::One(ScopeMark::Extra)),
        ]
    );
    let old = scope_groups(&requested, &scopes("write:all statistics:read"));
    let cells: Vec<_> = old
        .iter()
        .flat_map(|g| &g.rows)
        .map(|r| (r.name.as_str(), r.cells))
        .collect();
    assert_eq!(
        cells,
        [
            ("Renewal", ScopeCells::One(ScopeMark::Missing)),
            ("Tickets", pair(ScopeMark::Covered, ScopeMark::NotAsked)),
            ("Statistics", pair(ScopeMark::Extra, ScopeMark::None)),
            ("Tags", pair(ScopeMark::Covered, ScopeMark::Covered)),
            ("Everything", ScopeCells::One(ScopeMark::Deprecated)),
        ]
    );
    assert_snapshot!(
        "scopes",
        html(move || view! { <ScopeTable caption="Permissions of Acme" groups/> })
    );
}

#[test]
fn the_chart_tells_its_figures_three_times() {
    let day = |hours, n| ChartDay {
        day: ago(hours),
        counts: vec![(Health::Working, 40), (Health::Disconnected, n)],
    };
    let html = html(move || view! { <HealthChart days=vec![day(24, 1), day(0, 3)]/> });
    assert!(html.contains("Tue 24 Nov: 3 disconnected, 40 working"));
    assert!(html.contains("Disconnected 3"));
    assert!(html.contains(r#"<td class="num">43</td>"#));
    assert!(
        html.contains("<span>50</span>"),
        "43 accounts stand on a scale to 50"
    );
}

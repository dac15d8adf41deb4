//! After a change of an app's scopes, its connections are judged by the worker, in parts.

use crate::flow::{self, Flow, sub};
use domain::{app_limit::AppLimit, health::Health, scope::ScopeSet, time::Span};
use service::{
    Confirmed,
    apps::{
        edit::{edit, would_change_accounts},
        form::AppForm,
        rejudge::{self, Progress},
    },
    connections::{
        counts,
        list::{ListQuery, Sort, list},
        permissions::{self, PermissionsQuery},
        show,
    },
    tenants::deletion::{bring_back_on_command_line, delete},
    testing::fill::{Given, connect_all},
};

/// More than the first parts, which are done at once, and less than twice as many.
const MANY: usize = 1_600;
const AT_ONCE: u64 = 1_000;

/// `shop0000` and so on, which granted all that the app asks for.
pub async fn filled(f: &Flow, many: usize) {
    let given = |n: usize| Given {
        subdomain: format!("shop{n:04}").parse().unwrap(),
        access_token: "access".into(),
        refresh_token: "refresh".into(),
        expires_at: f.world.clock_now().plus(Span::hours(20)),
    };
    connect_all(&f.owner, &f.app, (0..many).map(given))
        .await
        .unwrap();
}

fn asking(f: &Flow, scopes: &str) -> AppForm {
    AppForm {
        scopes: vec![scopes.to_owned()],
        ..f.form()
    }
}

async fn stored(f: &Flow, health: Health) -> u64 {
    counts::of_tenant(&f.owner).await.unwrap().get(health)
}

async fn progress(f: &Flow) -> Option<Progress> {
    rejudge::progress(&f.owner, f.app.id).await.unwrap()
}

async fn finish(f: &Flow) {
    // As the worker of another process would.
    let other = f.world.second_process().await;
    while rejudge::run_due(&other).await.unwrap() {}
}

#[tokio::test]
async fn connections_are_judged_in_parts_and_read_right_meanwhile() {
    flow::each(async |f| {
        filled(&f, MANY).await;
        let more = format!("{} tags:read", f.app.requested);
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        let total = MANY as u64;
        assert_eq!(
            progress(&f).await,
            Some(Progress {
                done: AT_ONCE,
                total
            })
        );
        assert_eq!(stored(&f, Health::Limited).await, AT_ONCE);
        assert_eq!(stored(&f, Health::Working).await, total - AT_ONCE);
        // The last one is still stored as it was.
        let last = show::show(&f.owner, "returns", &sub("shop1599")).await;
        let last = last.unwrap().unwrap();
        assert_eq!(
            (last.row.health, last.row.stored_health),
            (Health::Limited, Health::Working)
        );
        assert_eq!(last.row.missing, "tags:read".parse::<ScopeSet>().unwrap());
        let wanted = PermissionsQuery::default();
        let plan = permissions::show(&f.owner, "returns", &wanted)
            .await
            .unwrap()
            .plan;
        assert_eq!(plan.count(domain::scope_plan::ScopeFilter::Missing), total);
        // In the order by state, pages follow each other over what lags.
        let mut query = ListQuery {
            limit: 200,
            sort: Sort::Worst,
            ..ListQuery::default()
        };
        let mut seen = std::collections::BTreeSet::new();
        loop {
            let page = list(&f.owner, &query).await.unwrap();
            for row in page.rows {
                assert!(
                    seen.insert(row.subdomain.to_string()),
                    "{} twice",
                    row.subdomain
                );
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), MANY);

        finish(&f).await;
        assert_eq!(progress(&f).await, None);
        assert_eq!(stored(&f, Health::Limited).await, total);
        assert_eq!(counts::recount(&f.world.services, false).await.unwrap(), 0);
        let mut limited = f.owner.clone();
        limited.apps = AppLimit::Only([].into());
        let nothing = rejudge::progress(&limited, f.app.id).await.unwrap();
        assert_eq!(nothing, None);
    })
    .await;
}

/// A second change begins again; what the first one judged is judged once more.
#[tokio::test]
async fn a_change_meanwhile_begins_again_and_the_last_one_counts() {
    flow::each(async |f| {
        filled(&f, MANY).await;
        let before = f.app.requested.to_string();
        let more = format!("{before} tags:read");
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        edit(&f.owner, f.app.id, &asking(&f, &before)).await.unwrap();
        assert_eq!(progress(&f).await.map(|progress| progress.done), Some(AT_ONCE));
        assert_eq!(stored(&f, Health::Working).await, MANY as u64);
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        // Another set, and some that nobody knows.
        f.world
            .execute("UPDATE connections SET granted_scopes = granted_scopes || ' tags:read' WHERE subdomain LIKE '%9'")
            .await;
        f.world
            .execute("UPDATE connections SET scopes_unknown = true, missing_scopes = 0, health = 'working' WHERE subdomain LIKE '%8'")
            .await;
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        edit(&f.owner, f.app.id, &asking(&f, &format!("{more} tags:write"))).await.unwrap();
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        finish(&f).await;
        let total = MANY as u64;
        assert_eq!(stored(&f, Health::Limited).await, total * 8 / 10);
        assert_eq!(stored(&f, Health::Working).await, total * 2 / 10);
        assert_eq!(progress(&f).await, None);
    })
    .await;
}

/// A deleted tenant rests, and goes on once it is back.
#[tokio::test]
async fn a_deleted_tenant_is_left_alone_until_it_is_back() {
    flow::each(async |f| {
        filled(&f, MANY).await;
        let more = format!("{} tags:read", f.app.requested);
        edit(&f.owner, f.app.id, &asking(&f, &more)).await.unwrap();
        delete(&f.owner, &Confirmed::for_test(&f.owner), "harbour")
            .await
            .unwrap();
        finish(&f).await;
        let left = "SELECT CAST(done AS text) FROM rejudgements";
        assert_eq!(f.world.texts(left).await, [Some(AT_ONCE.to_string())]);
        let slug = "harbour".parse().unwrap();
        bring_back_on_command_line(&f.world.services, &slug)
            .await
            .unwrap();
        finish(&f).await;
        assert!(f.world.texts(left).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_a_change_that_accounts_notice_is_told_before() {
    flow::each(async |f| {
        let more = asking(&f, &format!("{} tags:read", f.app.requested));
        let would = async |form: &AppForm| {
            would_change_accounts(&f.owner, f.app.id, form)
                .await
                .unwrap()
        };
        assert!(!would(&more).await, "nobody is connected");
        f.connect("acme").await;
        assert!(would(&more).await);
        assert!(!would(&f.form()).await, "the same permissions");
        let wrong = AppForm {
            name: String::new(),
            ..more
        };
        assert!(!would(&wrong).await, "it can't be stored");
    })
    .await;
}

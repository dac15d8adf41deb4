//! Tests of reading the audit.

use super::*;
use crate::audit::{ByWhom, Filter, actors, condition::Conditions, export};
use domain::time::Span;
use sea_orm::{QueryTrait, Statement};

fn only(change: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    change(&mut filter);
    filter
}

/// The numbers of all pages.
async fn numbers(owner: &Actor, filter: &Filter) -> Vec<i64> {
    let (mut numbers, mut after) = (Vec::new(), None);
    loop {
        let page = list(owner, filter, after).await.unwrap();
        numbers.extend(page.rows.iter().map(|row| row.number));
        after = page.next;
        if after.is_none() {
            return numbers;
        }
    }
}

async fn note(owner: &Actor, action: Action, target: Target) {
    let tx = owner.write().await.unwrap();
    let entry = Entry::of(owner, action, target);
    record(owner, &tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_list_is_newest_first_filtered_and_continued() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        for n in 0..60 {
            add(&owner, &n.to_string()).await;
        }
        let app = world.app(&owner, "returns").await;
        let first = list(&owner, &Filter::default(), None).await.unwrap();
        assert_eq!(first.rows.len(), 50);
        assert_eq!(first.rows[0].action, Action::AppCreated);
        assert_eq!(first.rows[0].target, "returns");
        let second = list(&owner, &Filter::default(), first.next).await.unwrap();
        assert_eq!(
            second.rows.first().unwrap().number,
            first.rows[49].number - 1
        );
        assert_eq!((second.rows.last().unwrap().number, second.next), (1, None));

        let account = Target::account(None, &app.slug, &"acme".parse().unwrap());
        note(&owner, Action::Checked, account).await;
        let count = async |filter: Filter| numbers(&owner, &filter).await.len();
        assert_eq!(
            count(only(|f| f.action = Some(Action::AppCreated))).await,
            1
        );
        assert_eq!(count(only(|f| f.target = "returns".into())).await, 1);
        for account in ["returns/acme", "acme", " Acme "] {
            assert_eq!(count(only(|f| f.target = account.into())).await, 1);
        }
        assert_eq!(count(only(|f| f.target = "%".into())).await, 0);
        let me = owner.who.id();
        assert_eq!(
            count(only(|f| f.by = Some(ByWhom::Person(me)))).await,
            numbers(&owner, &Filter::default()).await.len() - 1,
            "the command line made the owner"
        );
        assert_eq!(count(only(|f| f.by = Some(ByWhom::CommandLine))).await, 1);
        assert_eq!(count(only(|f| f.by = Some(ByWhom::ApiToken(me)))).await, 0);
        let who = actors(&owner).await.unwrap();
        assert!(who.iter().any(|(by, _)| *by == ByWhom::Person(me)));
        for (by, _) in who {
            assert_eq!(ByWhom::from_code(&by.code()), Some(by));
        }
    })
    .await;
}

/// Also where the clock was put back, each entry of the time is there once.
#[tokio::test]
async fn times_limit_the_list_whatever_the_clock_did() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let begin = world.clock_now();
        for n in 0..70 {
            let step = if n == 30 {
                Span::minutes(-20)
            } else {
                Span::minutes(1)
            };
            world.clock.advance(step);
            add(&owner, &n.to_string()).await;
        }
        let all = list_all(&world).await;
        let (from, to) = (begin.plus(Span::minutes(5)), begin.plus(Span::minutes(40)));
        let filter = only(|f| (f.from, f.to) = (Some(from), Some(to)));
        let mut expected: Vec<i64> = all
            .iter()
            .filter(|row| row.at >= from && row.at < to)
            .map(|row| row.number)
            .collect();
        assert!(expected.len() > 50, "more than a page");
        let mut got = numbers(&owner, &filter).await;
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected);
    })
    .await;
}

async fn list_all(world: &World) -> Vec<audit_entry::Model> {
    entries(world).await
}

#[tokio::test]
async fn sign_ins_and_reads_are_folded_and_counted() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        for _ in 0..3 {
            note(&owner, Action::SignedIn, Target::tenant()).await;
            note(&owner, Action::TokenRead, Target::tenant()).await;
        }
        note(&owner, Action::SignedOut, Target::tenant()).await;
        let tx = owner.write().await.unwrap();
        let failed = Entry::of(&owner, Action::SignedIn, Target::tenant()).refused();
        record(&owner, &tx, &failed).await.unwrap();
        tx.commit().await.unwrap();
        let folded = only(|f| f.fold = true);
        let page = list(&owner, &folded, None).await.unwrap();
        let shown: Vec<_> = page.rows.iter().map(|row| row.action).collect();
        assert_eq!(
            shown,
            [Action::SignedIn, Action::OwnerCreated],
            "what failed is shown"
        );
        assert_eq!((page.folded.sign_ins, page.folded.reads), (4, 3));
        let asked = only(|f| (f.fold, f.action) = (true, Some(Action::TokenRead)));
        let page = list(&owner, &asked, None).await.unwrap();
        assert_eq!(page.rows.len(), 3, "what is asked for is not folded");
        let page = list(&owner, &Filter::default(), None).await.unwrap();
        assert_eq!((page.rows.len(), page.folded.sign_ins), (9, 0));
        let by_others = only(|f| (f.fold, f.by) = (true, Some(ByWhom::CommandLine)));
        let page = list(&owner, &by_others, None).await.unwrap();
        assert_eq!((page.rows.len(), page.folded.sign_ins), (1, 0));
    })
    .await;
}

/// Each list goes along an index in the order that it is shown in.
#[tokio::test]
async fn each_filter_has_an_index() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        for n in 0..200 {
            add(&owner, &n.to_string()).await;
            note(&owner, Action::TokenRead, Target::tenant()).await;
        }
        // Without statistics, PostgreSQL takes all indexes for equally good.
        world.execute("ANALYZE").await;
        let now = world.clock_now();
        // The owner made all entries, so an index of who made them helps others' alone.
        let by_another = Some(ByWhom::Person(owner.new_uuid()));
        for (name, filter) in [
            ("audit_entries_unfolded", only(|f| f.fold = true)),
            (
                "audit_entries_unfolded_at",
                only(|f| (f.fold, f.from) = (true, Some(now))),
            ),
            (
                "audit_entries_unfolded_actor",
                only(|f| (f.fold, f.by) = (true, by_another)),
            ),
            (
                "audit_entries_unfolded_target",
                only(|f| (f.fold, f.target) = (true, "returns/acme".into())),
            ),
            (
                "audit_entries_tenant_id_at_number",
                only(|f| f.from = Some(now)),
            ),
            // The range of days bounds what is looked at, whatever else is asked.
            (
                "audit_entries_tenant_id_at_number",
                only(|f| (f.from, f.action) = (Some(now), Some(Action::TokenRead))),
            ),
            (
                "audit_entries_tenant_id_actor_kind_actor_id_number",
                only(|f| f.by = by_another),
            ),
            (
                "audit_entries_tenant_id_action_number",
                // One that is folded, since the first index has the others as well.
                only(|f| f.action = Some(Action::TokenRead)),
            ),
            (
                "audit_entries_tenant_id_target_number",
                only(|f| f.target = "returns/acme".into()),
            ),
        ] {
            let plan = plan(&owner, &filter).await;
            assert!(plan.contains(name), "{name}: {plan}");
            let sorts = plan.contains("TEMP B-TREE") || plan.contains("Sort Key");
            assert!(!sorts, "{name}: {plan}");
        }
    })
    .await;
}

async fn plan(owner: &Actor, filter: &Filter) -> String {
    let tx = owner.read().await.unwrap();
    let sqlite = owner.services().db.is_sqlite();
    if !sqlite {
        // So few rows are read as fast one after the other.
        for setting in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
            let off = format!("SET LOCAL {setting} = off");
            tx.execute_unprepared(&off).await.unwrap();
        }
    }
    let conditions = Conditions::of(&tx, filter).await.unwrap();
    let query = conditions.query(&tx, Some(390)).await.unwrap();
    let asked = query.build(owner.services().db.backend());
    let explain = if sqlite {
        "EXPLAIN QUERY PLAN"
    } else {
        "EXPLAIN"
    };
    let sql = format!("{explain} {} LIMIT 51", asked.sql);
    let values = asked.values.unwrap();
    let statement = Statement::from_sql_and_values(asked.db_backend, sql, values.0);
    let rows = tx.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult| -> String {
        if sqlite {
            row.try_get("", "detail").unwrap()
        } else {
            row.try_get_by_index(0).unwrap()
        }
    };
    rows.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// Of any length, in constant memory: a page is read when it is asked for.
#[tokio::test]
async fn an_export_of_many_entries_is_read_part_by_part() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let entry = Entry::of(&owner, Action::AppEdited, Target::tenant())
            .detail("=HYPERLINK(\"x\";\"y\")");
        for _ in 0..21 {
            let tx = owner.write().await.unwrap();
            let some = vec![entry.clone(); 500];
            crate::audit::record::record_all(&owner, &tx, &some)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let mut export = export(&owner, &Filter::default()).await.unwrap();
        world.statements.take();
        let first = export.next().await.unwrap();
        let asked = world.statements.take();
        let reads = |asked: &[String]| {
            let of_entries = asked.iter().filter(|sql| sql.contains("audit_entries"));
            of_entries.filter(|sql| sql.starts_with("SELECT")).count()
        };
        assert_eq!(reads(&asked), 1, "the first part waits for no other");
        assert!(
            first.starts_with("\u{feff}\"number\",\"at\",\"sentence\""),
            "{first}"
        );
        assert!(first.contains("\"audit.exported\""), "it names itself");
        let mut lines = first.lines().count() - 1;
        let mut longest = first.len();
        while let Some(part) = export.next().await {
            lines += part.lines().count();
            longest = longest.max(part.len());
            assert!(!part.contains("\"=HYP") && part.contains("\"'=HYP"));
        }
        assert_eq!(lines, 2 + 21 * 500, "the owner, the export and the rest");
        assert!(longest < 200_000, "{longest}");
        let all = world.statements.take();
        assert_eq!(reads(&all), 21);
    })
    .await;
}

#[tokio::test]
async fn an_export_that_fails_says_so_in_its_last_line() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let entry = Entry::of(&owner, Action::AppEdited, Target::tenant());
        let tx = owner.write().await.unwrap();
        let some = vec![entry; 600];
        crate::audit::record::record_all(&owner, &tx, &some)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut begun = export(&owner, &Filter::default()).await.unwrap();
        begun.next().await.unwrap();
        tamper(&world, "ALTER TABLE audit_entries RENAME TO elsewhere").await;
        let last = begun.next().await.unwrap();
        assert!(last.contains("The export was cut by an error"), "{last}");
        assert_eq!(last.lines().count(), 1);
        assert_eq!(begun.next().await, None);
        tamper(&world, "ALTER TABLE elsewhere RENAME TO audit_entries").await;
        // What can't be recorded is not exported.
        world.make_audit_unwritable().await;
        assert!(export(&owner, &Filter::default()).await.is_err());
    })
    .await;
}

/// A flood makes one entry a minute of each kind, with how many there were.
#[tokio::test]
async fn refusals_are_merged_and_none_is_lost() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        let told = async || {
            let filter = only(|f| f.action = Some(Action::RequestRefused));
            let rows = list(&owner, &filter, None).await.unwrap().rows;
            let told = rows.iter().map(|row| row.repeats + 1);
            (rows.len(), told.sum::<i64>())
        };
        for round in 1..=3_i64 {
            for _ in 0..500 {
                crate::audit::request_refused(&owner, "GET /t/{tenant}/keys");
                if round == 2 {
                    crate::audit::flush_refusals(services, false).await.unwrap();
                }
            }
            crate::audit::flush_refusals(services, false).await.unwrap();
            let (rows, _) = told().await;
            assert!(rows <= round as usize, "{rows} entries in {round} minutes");
            world.clock.advance(Span::minutes(1));
        }
        crate::audit::flush_refusals(services, false).await.unwrap();
        assert_eq!(told().await, (3, 1_500));
        // At the end of a process, also what is of this minute.
        for _ in 0..2 {
            crate::audit::request_refused(&owner, "GET /t/{tenant}/keys");
            crate::audit::flush_refusals(services, true).await.unwrap();
        }
        assert_eq!(told().await, (5, 1_502));
        world.make_audit_unwritable().await;
        crate::audit::request_refused(&owner, "GET /t/{tenant}/keys");
        assert!(crate::audit::flush_refusals(services, true).await.is_err());
        world.make_audit_writable().await;
        crate::audit::flush_refusals(services, true).await.unwrap();
        assert_eq!(
            told().await.1,
            1_503,
            "what couldn’t be written stays counted"
        );
        assert_eq!(broken(&world).await, None);
    })
    .await;
}

/// Of more than are counted, whichever kind they are of.
#[tokio::test]
async fn what_is_folded_is_counted_up_to_a_bound() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let read = Entry::of(&owner, Action::TokenRead, Target::tenant());
        for _ in 0..21 {
            let tx = owner.write().await.unwrap();
            let some = vec![read.clone(); 500];
            crate::audit::record::record_all(&owner, &tx, &some)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let page = list(&owner, &only(|f| f.fold = true), None).await.unwrap();
        let folded = page.folded;
        let counts = (folded.sign_ins, folded.reads, folded.more);
        assert_eq!(counts, (0, 10_000, true));
    })
    .await;
}

/// A chain that is damaged takes no entries; the others' are written, and once.
#[tokio::test]
async fn a_damaged_chain_keeps_no_other_tenants_refusals() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let damaged = world.owner("anchor").await;
        let owner = world.owner("harbour").await;
        tamper(
            &world,
            "UPDATE audit_heads SET seal = seal || seal WHERE tenant_id = \
             (SELECT id FROM tenants WHERE slug = 'anchor')",
        )
        .await;
        for actor in [&damaged, &owner] {
            crate::audit::request_refused(actor, "GET /t/{tenant}/keys");
        }
        for _ in 0..3 {
            assert!(crate::audit::flush_refusals(services, true).await.is_err());
        }
        let filter = only(|f| f.action = Some(Action::RequestRefused));
        assert_eq!(numbers(&owner, &filter).await.len(), 1);
        assert_eq!(numbers(&damaged, &filter).await.len(), 0);
    })
    .await;
}

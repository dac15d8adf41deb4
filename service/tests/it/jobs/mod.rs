//! Bulk jobs: one action on many accounts, done by the worker.

mod checks;
mod going_on;
mod links;
mod removal;
mod rights;
mod snooze;

use crate::flow::{self, Flow, sub};
use domain::{
    ids::{JobId, PersonId},
    job::{JobReason, JobState, Work},
    role::Role,
    time::Span,
};
use service::{
    Actor,
    accounts::{self, Customer, CustomerChange},
    connections::by_account::{AccountsQuery, LookedAfter, States},
    jobs::{self, Job, NewJob, Selection, StartError},
    worker,
};

/// Some accounts that are known, and connected to nothing.
async fn known(f: &Flow, names: impl IntoIterator<Item = String>) {
    let lines: String = names.into_iter().map(|name| format!("{name}\n")).collect();
    let file = format!("subdomain\n{lines}");
    accounts::import(&f.owner, file.as_bytes(), false)
        .await
        .unwrap();
}

fn chosen(names: &[&str]) -> Selection {
    Selection::OneByOne(names.iter().map(|name| sub(name)).collect())
}

fn filter(query: AccountsQuery) -> Selection {
    Selection::Filter(Box::new(query))
}

fn tag(text: &str) -> Work {
    Work::AddTag(text.parse().unwrap())
}

async fn begin(actor: &Actor, work: Work, selection: Selection) -> JobId {
    jobs::start(actor, NewJob { work, selection })
        .await
        .unwrap()
}

async fn job(actor: &Actor, id: JobId) -> Job {
    jobs::show(actor, id).await.unwrap().job
}

/// Lets the worker go on until the job is over.
async fn over(f: &Flow, id: JobId) -> Job {
    for _ in 0..50 {
        jobs::run_due(&f.world.services).await.unwrap();
        worker::tick(&f.world.services).await.unwrap();
        let now = job(&f.owner, id).await;
        if !now.is_running() {
            return now;
        }
        f.advance(Span::seconds(1));
    }
    panic!("the job comes to no end: {:?}", job(&f.owner, id).await);
}

async fn run(f: &Flow, work: Work, selection: Selection) -> Job {
    let id = begin(&f.owner, work, selection).await;
    over(f, id).await
}

async fn customer(f: &Flow, name: &str) -> Customer {
    accounts::show(&f.owner, &sub(name)).await.unwrap().unwrap()
}

async fn tags(f: &Flow, name: &str) -> Vec<String> {
    let customer = customer(f, name).await;
    customer.tags.iter().map(ToString::to_string).collect()
}

/// How many entries of the audit have this action.
async fn recorded(f: &Flow, action: &str) -> usize {
    let sql = format!("SELECT action FROM audit_entries WHERE action = '{action}'");
    f.world.texts(&sql).await.len()
}

#[tokio::test]
async fn accounts_are_chosen_one_by_one_or_by_what_a_filter_finds() {
    flow::each(async |f| {
        // More than one page of the walk.
        known(&f, (0..430).map(|n| format!("shop-{n}"))).await;
        f.connect("acme").await;
        let one = run(&f, tag("VIP"), chosen(&["shop-1", "shop-7", "nobody"])).await;
        assert_eq!((one.total, one.done, one.failed), (2, 2, 0));
        assert_eq!(one.state, JobState::Finished);
        assert_eq!(tags(&f, "shop-7").await, ["VIP"]);
        assert!(tags(&f, "shop-2").await.is_empty());

        let all = run(&f, tag("all"), filter(AccountsQuery::default())).await;
        assert_eq!((all.total, all.done), (431, 431));
        assert_eq!(tags(&f, "shop-7").await, ["all", "VIP"]);
        let tagged = AccountsQuery {
            tag: Some("vip".parse().unwrap()),
            ..AccountsQuery::default()
        };
        // It takes away what the filter finds by.
        let vip = Work::RemoveTag("vip".parse().unwrap());
        let some = run(&f, vip, filter(tagged)).await;
        assert_eq!((some.total, some.changed), (2, 2));
        let of_app = AccountsQuery {
            app: Some("returns".into()),
            ..AccountsQuery::default()
        };
        let some = run(&f, tag("ours"), filter(of_app)).await;
        assert_eq!(some.total, 1);
        assert_eq!(tags(&f, "acme").await, ["all", "ours"]);
        let none = AccountsQuery {
            states: States::NeedSomeone,
            q: "zzz".into(),
            ..AccountsQuery::default()
        };
        let none = run(&f, tag("none"), filter(none)).await;
        assert_eq!((none.total, none.state), (0, JobState::Finished));
        // One for each that was made known, and for each that a job changed.
        assert_eq!(recorded(&f, "customer.edited").await, 430 + 2 + 431 + 2 + 1);
        assert_eq!(recorded(&f, "job.started").await, 5);
        assert_eq!(recorded(&f, "job.ended").await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_started_is_refused_with_a_reason() {
    flow::each(async |f| {
        f.connect("acme").await;
        let refused = async |actor: &Actor, work: Work, selection: Selection| {
            let new = NewJob { work, selection };
            jobs::start(actor, new).await.unwrap_err()
        };
        let none = refused(&f.owner, tag("VIP"), chosen(&["nobody"])).await;
        assert!(matches!(none, StartError::NothingChosen), "{none:?}");
        let many: Vec<_> = (0..501).map(|n| sub(&format!("shop-{n}"))).collect();
        let many = refused(&f.owner, tag("VIP"), Selection::OneByOne(many)).await;
        assert!(matches!(many, StartError::TooManyChosen), "{many:?}");
        let stranger = f.world.owner("pier").await.person();
        let work = Work::Assign(stranger);
        let nobody = refused(&f.owner, work, chosen(&["acme"])).await;
        assert!(matches!(nobody, StartError::NoMember), "{nobody:?}");
        let mut viewer = f.owner.clone();
        viewer.role = Role::Viewer;
        for work in [Work::Check, tag("VIP"), Work::Export, Work::Assign(None)] {
            let not = refused(&viewer, work, chosen(&["acme"])).await;
            assert!(matches!(not, StartError::Forbidden(_)), "{not:?}");
        }
        for _ in 0..10 {
            begin(&f.owner, tag("VIP"), chosen(&["acme"])).await;
        }
        let busy = refused(&f.owner, tag("VIP"), chosen(&["acme"])).await;
        assert!(matches!(busy, StartError::TooManyRunning), "{busy:?}");
    })
    .await;
}

#[tokio::test]
async fn accounts_are_assigned_and_given_back_where_nobody_changed_it_since() {
    flow::each(async |f| {
        known(&f, ["one", "two", "three"].map(str::to_owned)).await;
        let me = f.owner.person().unwrap();
        let assign = |owner: Option<PersonId>| CustomerChange {
            owner: Some(owner.map_or_else(String::new, |id| id.to_string())),
            ..CustomerChange::default()
        };
        accounts::change(&f.owner, &sub("three"), &assign(Some(me)))
            .await
            .unwrap();
        let all = || filter(AccountsQuery::default());
        let done = run(&f, Work::Assign(Some(me)), all()).await;
        assert_eq!((done.total, done.done, done.changed), (3, 3, 2));
        assert_eq!(done.assignee.as_deref(), done.by.as_deref());
        assert!(done.can_undo());
        // Somebody takes one of them meanwhile.
        accounts::change(&f.owner, &sub("two"), &assign(None))
            .await
            .unwrap();
        let back = jobs::undo(&f.owner, done.id).await.unwrap();
        let back = over(&f, back).await;
        assert_eq!((back.total, back.done, back.failed), (2, 1, 1));
        assert_eq!(back.reasons, [(JobReason::ChangedSince, 1)]);
        assert!(customer(&f, "one").await.owner.is_none());
        assert!(customer(&f, "two").await.owner.is_none());
        let kept = customer(&f, "three").await.owner;
        assert_eq!(kept.map(|owner| owner.id), Some(me), "it was so before");
        let mine = AccountsQuery {
            owner: Some(LookedAfter::By(me)),
            ..AccountsQuery::default()
        };
        let mine = run(&f, Work::Assign(None), filter(mine)).await;
        assert_eq!((mine.total, mine.changed), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_tag_is_taken_back_from_those_alone_that_the_job_gave_it() {
    flow::each(async |f| {
        let many: Vec<String> = (0..20).map(|n| format!("t{n}")).collect();
        let file = format!(
            "subdomain,tags\none,\nhas,vip\nfull,\"{}\"\n",
            many.join(",")
        );
        accounts::import(&f.owner, file.as_bytes(), false)
            .await
            .unwrap();
        let done = run(&f, tag("VIP"), filter(AccountsQuery::default())).await;
        assert_eq!((done.done, done.failed, done.changed), (2, 1, 1));
        let details = jobs::show(&f.owner, done.id).await.unwrap();
        assert_eq!(details.failed[0].reason, JobReason::TooManyTags);
        assert_eq!(details.failed[0].accounts[0].0, sub("full"));
        let back = jobs::undo(&f.owner, done.id).await.unwrap();
        let back = over(&f, back).await;
        assert_eq!((back.total, back.changed), (1, 1));
        assert!(tags(&f, "one").await.is_empty());
        assert_eq!(tags(&f, "has").await, ["vip"], "it had it before");
        let followed = jobs::show(&f.owner, done.id).await.unwrap().followed_by;
        assert_eq!(followed, Some(back.id));
        // And that again.
        let again = jobs::undo(&f.owner, back.id).await.unwrap();
        over(&f, again).await;
        assert_eq!(tags(&f, "one").await, ["VIP"]);
    })
    .await;
}

#[tokio::test]
async fn an_export_is_a_file_without_formulas() {
    flow::each(async |f| {
        let file = b"subdomain,name,tags,contact_email\nbolt,=1+1,VIP,mira@bolt.example\n";
        accounts::import(&f.owner, file, false).await.unwrap();
        f.connect("acme").await;
        let done = run(&f, Work::Export, filter(AccountsQuery::default())).await;
        assert_eq!((done.total, done.done), (2, 2));
        let mut file = jobs::file(&f.owner, done.id).await.unwrap();
        let mut text = String::new();
        while let Some(part) = file.next().await {
            text.push_str(&part);
        }
        let lines: Vec<_> = text.trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].starts_with("\u{feff}\"subdomain\",\"name\""));
        assert!(lines[1].starts_with("\"acme\",\"\""), "{text}");
        assert!(lines[1].contains("\"Working\",\"returns\""), "{text}");
        assert!(lines[2].contains("\"'=1+1\""), "s66: {text}");
        assert!(lines[2].contains("\"VIP\"") && lines[2].contains("mira@bolt.example"));
        assert_eq!(recorded(&f, "job.file_taken").await, 1);
        let checked = run(&f, Work::Check, chosen(&["acme"])).await;
        assert!(jobs::file(&f.owner, checked.id).await.is_err());
    })
    .await;
}

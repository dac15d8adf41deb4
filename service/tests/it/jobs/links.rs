//! Links for many accounts.

use super::{begin, chosen, job, over};
use crate::{
    campaigns::{each, lost},
    flow::{self, sub},
};
use domain::job::{JobReason, Work};
use service::{
    connections::{links, show},
    jobs::{self, NewJob, StartError},
    mail,
};

#[tokio::test]
async fn each_that_needs_one_gets_a_link_and_the_others_are_told_why_not() {
    each(async |f, mailbox| {
        lost(&f).await;
        let names = ["alpha", "bravo", "lonely", "fine"];
        let id = begin(&f.owner, Work::SendLinks, chosen(&names)).await;
        let ended = over(&f, id).await;
        assert_eq!((ended.done, ended.failed), (2, 2));
        let shown = jobs::show(&f.owner, id).await.unwrap();
        let reasons: Vec<_> = shown.failed.iter().map(|group| group.reason).collect();
        assert!(reasons.contains(&JobReason::NobodyToWriteTo), "{reasons:?}");
        assert!(reasons.contains(&JobReason::NoLinkNeeded), "{reasons:?}");
        while mail::send_due(&f.world.services).await.unwrap() > 0 {}
        let mut to: Vec<_> = mailbox
            .mails()
            .iter()
            .map(|mail| mail.to.1.clone())
            .collect();
        to.sort();
        assert_eq!(to, ["ann@alpha.example", "ann@bravo.example"]);
        jobs::run_due(&f.world.services).await.unwrap();
        assert_eq!(job(&f.owner, id).await.done, 2, "and nobody twice");
        let alpha = show::show(&f.owner, "returns", &sub("alpha")).await;
        let alpha = alpha.unwrap().unwrap().row.id;
        let made = links::of_connection(&f.owner, alpha).await.unwrap();
        assert_eq!(made.len(), 1);
    })
    .await;
    flow::each(async |f| {
        f.connect("acme").await;
        let new = NewJob {
            work: Work::SendLinks,
            selection: chosen(&["acme"]),
        };
        let refused = jobs::start(&f.owner, new).await;
        assert!(matches!(refused, Err(StartError::NoMail)));
    })
    .await;
}

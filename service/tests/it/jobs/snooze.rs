//! Many accounts that are snoozed, and woken again.

use super::{begin, chosen, customer, over, recorded};
use crate::{campaigns::lost, flow};
use domain::{
    job::{JobReason, Work},
    snooze::Until,
    time::Span,
};
use service::jobs::{self, NewJob, StartError};

#[tokio::test]
async fn those_that_need_somebody_are_put_off_and_it_can_be_taken_back() {
    flow::each(async |f| {
        lost(&f).await;
        let monday = Until::At(f.owner.now().plus(Span::days(3)));
        let work = Work::Snooze {
            until: monday,
            reason: "They approve on Monday".to_owned(),
        };
        let names = ["alpha", "bravo", "fine"];
        let id = begin(&f.owner, work, chosen(&names)).await;
        let ended = over(&f, id).await;
        assert_eq!((ended.done, ended.failed, ended.changed), (2, 1, 2));
        let why: Vec<_> = ended.reasons.iter().map(|(reason, _)| *reason).collect();
        assert_eq!(why, [JobReason::NothingToSnooze]);
        let snoozed = customer(&f, "alpha").await.snoozed.expect("it is snoozed");
        assert_eq!(snoozed.until, monday);
        assert_eq!(snoozed.reason.as_deref(), Some("They approve on Monday"));
        assert_eq!(recorded(&f, "customer.snoozed").await, 2);
        assert!(f.timeline("alpha").await.contains(&"snoozed"));
        assert!(customer(&f, "lonely").await.snoozed.is_none());

        let back = jobs::undo(&f.owner, id).await.unwrap();
        let back = over(&f, back).await;
        assert_eq!((back.total, back.changed), (2, 2), "only what it changed");
        assert!(customer(&f, "alpha").await.snoozed.is_none());
        assert_eq!(recorded(&f, "customer.woken").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_time_that_is_over_is_refused_before_anything_starts() {
    flow::each(async |f| {
        lost(&f).await;
        let work = Work::Snooze {
            until: Until::At(f.owner.now()),
            reason: String::new(),
        };
        let selection = chosen(&["alpha"]);
        let refused = jobs::start(&f.owner, NewJob { work, selection }).await;
        assert!(matches!(refused, Err(StartError::Snooze(_))), "{refused:?}");
        assert!(jobs::list(&f.owner, None).await.unwrap().rows.is_empty());
    })
    .await;
}

//! Mail that waits, and what is sent only within limits.

use super::{Mailing, each};
use crate::members::new;
use domain::{role::Role, time::Span};
use service::{
    mail::{self, Delivery},
    people::invitations::{self, Passing},
    testing::backends,
    worker,
};

/// A mail server that is away, or puts mail off, loses nothing.
#[tokio::test]
async fn mail_that_is_put_off_is_sent_later() {
    each(async |m| {
        m.mailbox.behave(|b| b.defers = true);
        m.invite("ann@x.example").await;
        assert_eq!(m.send().await, 1);
        let progress = m.progress().await;
        assert_eq!(progress.delivery, Delivery::TriedInVain);
        let answer = progress.answer.unwrap();
        assert!(answer.starts_with("451 "), "{answer}");
        assert_eq!(m.send().await, 0, "not before its time");
        m.mailbox.behave(|b| b.defers = false);
        m.world.clock.advance(Span::minutes(1));
        assert_eq!(m.send().await, 1);
        assert_eq!(m.progress().await.delivery, Delivery::Sent);
        assert_eq!(m.mailbox.mails().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn mail_that_is_never_taken_is_given_up_when_it_is_of_no_use() {
    each(async |m| {
        m.mailbox.behave(|b| b.defers = true);
        m.invite("ann@x.example").await;
        let mut attempts = 0;
        while m.progress().await.delivery != Delivery::GivenUp {
            attempts += m.send().await;
            m.world.clock.advance(Span::hours(1));
            assert!(
                attempts < 200,
                "as long as the invitation works, and no longer"
            );
        }
        assert!(attempts > 100, "{attempts} in seven days");
        assert_eq!(
            m.world
                .texts("SELECT answer FROM mails WHERE ciphertext IS NULL")
                .await
                .len(),
            1
        );
    })
    .await;
}

/// After an attempt whose answer was lost, the mail is sent again: rather twice than
/// never, and a mail program knows by its id that it is the same.
#[tokio::test]
async fn a_lost_answer_repeats_the_mail_with_its_id() {
    each(async |m| {
        m.mailbox.behave(|b| b.loses_answers = true);
        m.invite("ann@x.example").await;
        m.send().await;
        m.mailbox.behave(|b| b.loses_answers = false);
        m.world.clock.advance(Span::minutes(1));
        assert_eq!(m.send().await, 1);
        let mails = m.mailbox.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].message_id, mails[1].message_id);
        assert!(
            mails[0].message_id.ends_with("@127.0.0.1"),
            "{}",
            mails[0].message_id
        );
    })
    .await;
}

/// Two processes look at the queue at the same moment.
#[tokio::test]
async fn of_two_processes_one_sends() {
    each(async |m| {
        for number in 0..8 {
            m.invite(&format!("p{number}@x.example")).await;
        }
        let other = m.world.second_process().await;
        let (one, two) = tokio::join!(mail::send_due(&m.world.services), mail::send_due(&other));
        assert!(one.unwrap() + two.unwrap() >= 8);
        assert_eq!(m.mailbox.mails().len(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_tenant_sends_so_many_mails_an_hour_and_the_rest_wait() {
    for backend in backends() {
        let m = Mailing::start(&backend, 2).await;
        let bolt = m.world.owner("bolt").await;
        for number in 0..3 {
            m.invite(&format!("p{number}@x.example")).await;
            m.world.clock.advance(Span::seconds(1));
            m.send().await;
        }
        assert_eq!(m.mailbox.mails().len(), 2);
        let theirs = invitations::invite(
            &bolt,
            None,
            new("b@x.example", Role::Viewer),
            Passing::ByMail,
        );
        theirs.await.unwrap();
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 3, "another tenant isn't held up");
        m.world.clock.advance(Span::hours(1));
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 4, "and nothing is lost");
    }
}

/// A limit that mails of the same moment keep as well.
#[tokio::test]
async fn mails_that_are_due_together_keep_the_limit() {
    for backend in backends() {
        let m = Mailing::start(&backend, 2).await;
        for number in 0..5 {
            m.invite(&format!("p{number}@x.example")).await;
        }
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 2);
        m.world.clock.advance(Span::minutes(2));
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 2, "within the hour");
        m.world.clock.advance(Span::hours(1));
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 4);
    }
}

/// What a mail leads to may end while the mail server is away.
#[tokio::test]
async fn a_mail_whose_link_has_ended_is_not_sent() {
    each(async |m| {
        m.mailbox.behave(|b| b.defers = true);
        let invited = m.invite("ann@x.example").await;
        m.send().await;
        m.mailbox.behave(|b| b.defers = false);
        let used = "UPDATE invitations SET accepted_at = 1 WHERE id = ";
        let id = m.world.uuid(invited.id.0);
        m.world.execute(&format!("{used}{id}")).await;
        m.world.clock.advance(Span::minutes(1));
        assert_eq!(m.send().await, 1);
        assert_eq!(m.mailbox.mails(), []);
        let left = m
            .world
            .texts("SELECT state FROM mails WHERE ciphertext IS NULL");
        assert_eq!(left.await, [Some("given_up".into())], "its text is erased");

        // All processes were down until it had expired.
        m.invite("bea@x.example").await;
        m.world.clock.advance(invitations::LIFE);
        assert_eq!(m.send().await, 1);
        assert_eq!(m.mailbox.mails(), []);
        assert_eq!(m.progress().await.delivery, Delivery::GivenUp);
    })
    .await;
}

/// A deleted tenant sends nothing; what waits goes once it is brought back.
#[tokio::test]
async fn a_deleted_tenant_sends_no_mail() {
    each(async |m| {
        m.invite("ann@x.example").await;
        let deleted = "UPDATE tenants SET deleted_at = ";
        m.world.execute(&format!("{deleted} 1")).await;
        assert_eq!(m.send().await, 0);
        m.world.execute(&format!("{deleted} NULL")).await;
        assert_eq!(m.send().await, 1);
    })
    .await;
}

#[tokio::test]
async fn finished_mails_are_forgotten_after_a_month() {
    each(async |m| {
        m.invite("ann@x.example").await;
        m.send().await;
        for (days, left) in [(29, 1), (2, 0)] {
            // The worker notes the time each day, or the clock would be doubted.
            for _ in 0..days {
                m.world.clock.advance(Span::days(1));
                worker::tidy(&m.world.services).await.unwrap();
            }
            assert_eq!(m.world.texts("SELECT state FROM mails").await.len(), left);
        }
    })
    .await;
}

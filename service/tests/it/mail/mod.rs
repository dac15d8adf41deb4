//! Mail: queued with what it is about, sent with retries, shown where it was sent from.

mod links;
mod waiting;

use crate::members::new;
use domain::{role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    core::mail_server::{MailServer, MailSettings},
    mail::{self, Delivery, MailProgress},
    people::invitations::{self, ChangeInvitationError, InviteError, Passing, pending},
    testing::{Backend, World, backends},
};
use simulator::mailbox::Mailbox;
use std::net::{Ipv4Addr, SocketAddr};

/// A world that sends its mail to a mailbox.
pub struct Mailing {
    pub world: World,
    pub mailbox: Mailbox,
    pub owner: Actor,
}

/// Settings of mail that is sent to this server.
pub fn settings(url: &str, per_hour: u32) -> MailSettings {
    MailSettings {
        server: MailServer::parse(&SecretString::from(url)).unwrap(),
        from: "mooring@house.example".into(),
        per_hour,
    }
}

impl Mailing {
    pub async fn start(backend: &Backend, per_hour: u32) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mailbox = Mailbox::start(free).await.unwrap();
        let settings = settings(&mailbox.url(), per_hour);
        let template = "https://{subdomain}.gorgias.invalid";
        let world =
            World::configured(backend, template, |config| config.mail = Some(settings)).await;
        let owner = world.owner("harbour").await;
        Self {
            world,
            mailbox,
            owner,
        }
    }

    async fn invite(&self, email: &str) -> invitations::Invited {
        let invited =
            invitations::invite(&self.owner, None, new(email, Role::Viewer), Passing::ByMail);
        invited.await.unwrap().pop().unwrap()
    }

    pub async fn send(&self) -> usize {
        mail::send_due(&self.world.services).await.unwrap()
    }

    /// How far the mail of the newest invitation is.
    async fn progress(&self) -> MailProgress {
        let pending = pending(&self.owner).await.unwrap();
        pending[0].mail.clone().unwrap()
    }
}

pub async fn each<F: AsyncFn(Mailing)>(test: F) {
    for backend in backends() {
        test(Mailing::start(&backend, 100).await).await;
    }
}

#[tokio::test]
async fn an_invitation_is_mailed_and_its_link_works() {
    each(async |m| {
        let invited = m.invite("ann@x.example").await;
        assert!(invited.url.is_none(), "nobody but its reader sees the link");
        assert_eq!(m.progress().await.delivery, Delivery::Waiting);
        assert_eq!(m.send().await, 1);
        let mails = m.mailbox.mails();
        let mail = &mails[0];
        assert_eq!(
            mail.from,
            ("harbour".into(), "mooring@house.example".into())
        );
        assert_eq!(mail.to.1, "ann@x.example");
        let inviter = format!("harbour-{}", service::testing::OWNER);
        assert_eq!(mail.reply_to, Some(inviter));
        assert!(
            mail.source.contains("Auto-Submitted: auto-generated"),
            "{}",
            mail.source
        );
        let link = mail.link("http://127.0.0.1:3000/invite/").unwrap();
        assert!(mail.html.contains(link), "both parts have it");
        let token = SecretString::from(link.rsplit('/').next().unwrap());
        let services = &m.world.services;
        let open = invitations::open(services, &token, None).await.unwrap();
        assert_eq!(open.email, "ann@x.example");
        let progress = m.progress().await;
        assert_eq!(progress.delivery, Delivery::Sent);
        assert_eq!(progress.answer.as_deref(), Some("250 2.0.0 taken"));
        assert_eq!(m.send().await, 0, "once");
    })
    .await;
}

/// Nothing of a mail stands readable in the database, and nothing at all once it was sent.
#[tokio::test]
async fn s57_bodies_are_sealed_and_erased_once_sent() {
    each(async |m| {
        m.invite("canary@x.example").await;
        let sql = "SELECT nullif(hex(ciphertext), '') FROM mails";
        let sql = if m.world.services.db.is_sqlite() {
            sql
        } else {
            "SELECT encode(ciphertext, 'hex') FROM mails"
        };
        let bodies = m.world.texts(sql).await;
        let body = bodies[0].clone().unwrap().to_lowercase();
        let canary: String = "canary".bytes().map(|b| format!("{b:02x}")).collect();
        assert!(body.len() > 1_000 && !body.contains(&canary), "{body}");
        m.send().await;
        assert_eq!(m.mailbox.mails().len(), 1);
        assert_eq!(m.world.texts(sql).await, [None]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_shown_where_the_mail_was_sent_from() {
    each(async |m| {
        m.mailbox.behave(|b| {
            b.refuses.insert("gone.example".into());
        });
        let id = m.invite("h.oduya@gone.example").await.id;
        m.send().await;
        let progress = m.progress().await;
        assert_eq!(progress.delivery, Delivery::Refused);
        assert_eq!(
            progress.answer.as_deref(),
            Some("550 5.1.1 no such mailbox")
        );
        m.world.clock.advance(Span::days(1));
        assert_eq!(m.send().await, 0, "nobody is asked again");
        // The way on: a link to copy.
        let again = invitations::renew(&m.owner, None, id, Passing::ByHand)
            .await
            .unwrap();
        assert!(again.url.unwrap().expose_secret().contains("/invite/"));
    })
    .await;
}

/// A link that stopped working isn't mailed any more.
#[tokio::test]
async fn a_withdrawn_or_renewed_invitation_is_not_mailed() {
    each(async |m| {
        let first = m.invite("ann@x.example").await;
        invitations::withdraw(&m.owner, first.id).await.unwrap();
        assert_eq!(m.send().await, 0);
        let second = m.invite("ann@x.example").await;
        m.invite("ann@x.example").await;
        let gone = invitations::renew(&m.owner, None, second.id, Passing::ByMail).await;
        assert!(matches!(gone, Err(ChangeInvitationError::NotFound)));
        assert_eq!(m.send().await, 1, "the newest one alone");
    })
    .await;
}

/// security.md 66: a name begins no header and no line of its own.
#[tokio::test]
async fn s66_names_make_no_headers() {
    for backend in backends() {
        let m = Mailing::start(&backend, 100).await;
        let name = "Harbour\r\nBcc: all@x.example\r\n\r\nClick here";
        m.world
            .execute(&format!("UPDATE tenants SET name = '{name}'"))
            .await;
        m.invite("ann@x.example").await;
        m.send().await;
        let mails = m.mailbox.mails();
        assert_eq!(mails[0].envelope_to, ["ann@x.example"]);
        let (headers, _) = mails[0].source.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\nBcc:"), "{headers}");
        assert!(mails[0].from.0.contains("Harbour"), "{headers}");
    }
}

/// A mail that was changed in the database is not sent.
#[tokio::test]
async fn a_changed_or_exchanged_text_is_not_sent() {
    each(async |m| {
        m.invite("ann@x.example").await;
        m.invite("bea@x.example").await;
        // The text of the first in the row of the second.
        let swap = "UPDATE mails SET data_key_id = (SELECT data_key_id FROM mails ORDER BY id LIMIT 1), \
            nonce = (SELECT nonce FROM mails ORDER BY id LIMIT 1), \
            ciphertext = (SELECT ciphertext FROM mails ORDER BY id LIMIT 1)";
        m.world.execute(swap).await;
        m.send().await;
        let to: Vec<_> = m.mailbox.mails().into_iter().map(|mail| mail.to.1).collect();
        assert_eq!(to, ["ann@x.example"]);
        assert_eq!(m.progress().await.delivery, Delivery::Refused);
    })
    .await;
}

#[tokio::test]
async fn without_mail_an_invitation_is_passed_on_by_hand() {
    service::testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let by_mail = invitations::invite(
            &owner,
            None,
            new("a@x.example", Role::Viewer),
            Passing::ByMail,
        );
        assert!(matches!(by_mail.await, Err(InviteError::Invalid(_))));
        let by_hand = invitations::invite(
            &owner,
            None,
            new("a@x.example", Role::Viewer),
            Passing::ByHand,
        );
        let invited = by_hand.await.unwrap();
        assert!(invited[0].url.is_some());
        let again = invitations::renew(&owner, None, invited[0].id, Passing::ByMail)
            .await
            .unwrap();
        assert!(again.url.is_some(), "what can't be mailed is handed out");
        assert_eq!(pending(&owner).await.unwrap()[0].mail, None);
    })
    .await;
}

#[tokio::test]
async fn a_test_mail_says_what_the_server_said() {
    each(async |m| {
        let services = &m.world.services;
        let answer = mail::test(services, "ann@x.example").await.unwrap();
        assert_eq!(answer, "250 2.0.0 taken");
        assert_eq!(m.mailbox.mails()[0].subject, "Mooring can send mail");
        assert_eq!(mail::preflight(services).await, Ok(()));
        m.mailbox
            .behave(|b| b.wants = Some(("ann".into(), "secret".into())));
        let refused = mail::test(services, "ann@x.example").await.unwrap_err();
        assert!(refused.to_string().contains("530"), "{refused}");
    })
    .await;
}

/// A mail with an address that was replaced says nothing of the present one.
#[tokio::test]
async fn an_invitation_passed_on_by_hand_shows_no_mail_from_before() {
    each(async |m| {
        let id = m.invite("ann@x.example").await.id;
        m.send().await;
        assert_eq!(m.progress().await.delivery, Delivery::Sent);
        m.world.clock.advance(Span::hours(1));
        invitations::renew(&m.owner, None, id, Passing::ByHand)
            .await
            .unwrap();
        assert_eq!(pending(&m.owner).await.unwrap()[0].mail, None);
        invitations::renew(&m.owner, None, id, Passing::ByMail)
            .await
            .unwrap();
        assert_eq!(m.progress().await.delivery, Delivery::Waiting);
    })
    .await;
}

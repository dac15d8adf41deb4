//! Mail: queued with what it is about, sent with retries, shown where it was sent from.

use crate::members::new;
use domain::{role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    connections::{
        links::{self, LinkOptions},
        show,
    },
    core::mail_server::{MailServer, MailSettings},
    mail::{self, Delivery, MailProgress},
    people::invitations::{self, ChangeInvitationError, InviteError, Passing, pending},
    tenants::settings::{self, BrandSettings, MailText, SettingsError},
    testing::{Backend, World, backends},
    worker,
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

/// A reconnect link goes to the customer's admin in the tenant's words and colours,
/// with its logo, and answers go where the tenant wants them.
#[tokio::test]
async fn a_reconnect_link_is_mailed_in_the_name_of_the_tenant() {
    each(async |m| {
        let app = m.world.app(&m.owner, "returns").await;
        let acme = "acme".parse().unwrap();
        let options = || LinkOptions {
            email: Some("Mira@Acme.example".into()),
            ..LinkOptions::default()
        };
        let made = links::create(&m.owner, "returns", &acme, options())
            .await
            .unwrap();
        assert_eq!(made.mailed_to.as_deref(), Some("mira@acme.example"));
        m.send().await;
        let mails = m.mailbox.mails();
        let mail = &mails[0];
        assert_eq!(
            mail.subject,
            format!("Reconnect acme.gorgias.com to {}", app.name)
        );
        assert!(
            mail.text.contains("lost its access to acme.gorgias.com"),
            "{}",
            mail.text
        );
        assert_eq!(
            mail.link("http://127.0.0.1:3000/r/"),
            Some(made.url.expose_secret())
        );
        let inviter = format!("harbour-{}", service::testing::OWNER);
        assert_eq!(mail.reply_to, Some(inviter));
        assert!(!mail.source.contains("multipart/related"), "no logo yet");

        let brand = BrandSettings {
            light: Some("#123456".parse().unwrap()),
            dark: Some("#abcdef".parse().unwrap()),
            contact: Some("help@harbour.example".into()),
        };
        settings::save_brand(&m.owner, brand).await.unwrap();
        settings::save_logo(&m.owner, service::testing::picture::png(64, 64))
            .await
            .unwrap();
        let words = MailText {
            text: Some("Hello {subdomain}, {app} needs you. {sender}".into()),
            answers_to_contact: true,
        };
        settings::save_mail_text(&m.owner, words).await.unwrap();
        links::create(&m.owner, "returns", &acme, options())
            .await
            .unwrap();
        m.send().await;
        let mails = m.mailbox.mails();
        let mail = &mails[1];
        let said = format!("Hello acme, {} needs you. ", app.name);
        assert!(mail.text.contains(&said), "{}", mail.text);
        assert!(mail.html.contains("background:#123456") && mail.html.contains("#abcdef"));
        assert!(mail.html.contains("cid:logo") && mail.source.contains("image/png"));
        assert_eq!(mail.reply_to.as_deref(), Some("help@harbour.example"));
        assert_eq!(mail.from.1, "mooring@house.example", "whoever sends it");

        let account = show::show(&m.owner, "returns", &acme)
            .await
            .unwrap()
            .unwrap();
        let listed = links::of_connection(&m.owner, account.row.id)
            .await
            .unwrap();
        let progress = listed[0].mail.as_ref().unwrap();
        assert_eq!(progress.delivery, Delivery::Sent);
        assert_eq!(listed[0].email.as_deref(), Some("mira@acme.example"));
    })
    .await;
}

/// A withdrawn link isn't mailed any more.
#[tokio::test]
async fn a_withdrawn_link_is_not_mailed() {
    each(async |m| {
        m.world.app(&m.owner, "returns").await;
        let options = LinkOptions {
            email: Some("mira@acme.example".into()),
            ..LinkOptions::default()
        };
        let acme = "acme".parse().unwrap();
        let made = links::create(&m.owner, "returns", &acme, options)
            .await
            .unwrap();
        links::revoke(&m.owner, made.id).await.unwrap();
        assert_eq!(m.send().await, 0);
    })
    .await;
}

#[tokio::test]
async fn words_with_unknown_placeholders_are_not_saved() {
    each(async |m| {
        let words = |text: &str| MailText {
            text: Some(text.into()),
            answers_to_contact: false,
        };
        let refused = settings::save_mail_text(&m.owner, words("Hi {first_name}")).await;
        let Err(SettingsError::Invalid(errors)) = refused else {
            panic!("{refused:?}");
        };
        assert!(
            errors[0].message.contains("{first_name} is not known"),
            "{errors:?}"
        );
        settings::save_mail_text(&m.owner, words("  "))
            .await
            .unwrap();
        let saved = settings::mail_text(&m.owner).await.unwrap();
        assert_eq!(saved.text, None, "Mooring's own words");
        let answer = settings::send_test_mail(&m.owner).await.unwrap();
        assert!(answer.starts_with("250"), "{answer}");
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

//! Reconnect links by mail, and the words of a tenant's mails.

use super::each;
use domain::customer::Language;
use secrecy::ExposeSecret;
use service::{
    connections::{
        erase::erase,
        links::{self, LinkOptions},
        show,
    },
    mail::Delivery,
    tenants::settings::{self, BrandSettings, MailText, SettingsError},
};

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

/// A mail is in the language of its link: nothing in it is English but the tenant's own
/// words, which nobody translates.
#[tokio::test]
async fn a_reconnect_link_is_mailed_in_the_language_of_its_contact() {
    each(async |m| {
        m.world.app(&m.owner, "returns").await;
        let acme = "acme".parse().unwrap();
        let english = &Language::English.sentences().mail;
        for language in [Language::French, Language::German, Language::Spanish] {
            let options = LinkOptions {
                email: Some("mira@acme.example".into()),
                language: Some(language),
                ..LinkOptions::default()
            };
            let made = links::create(&m.owner, "returns", &acme, options).await;
            let made = made.unwrap();
            m.send().await;
            let mails = m.mailbox.mails();
            let mail = mails.last().unwrap();
            let said = language.sentences();
            assert_eq!(mail.subject, (said.mail.subject)("acme", "returns"));
            assert_ne!(mail.subject, (english.subject)("acme", "returns"));
            let named = format!("<html lang=\"{}\">", language.code());
            assert!(mail.html.contains(&named), "{}", mail.html);
            assert_eq!(
                mail.link("http://127.0.0.1:3000/r/"),
                Some(made.url.expose_secret())
            );
            assert!(
                mail.text.contains(&(said.mail.not_you)("acme")),
                "{}",
                mail.text
            );
            let not_you = (english.not_you)("acme");
            for sentence in [
                "lost its access",
                "One click",
                english.button,
                english.works_until,
                english.one_approval,
                &not_you,
                "The button leads",
                "password",
            ] {
                assert!(!mail.text.contains(sentence), "{sentence}: {}", mail.text);
                assert!(!mail.html.contains(sentence), "{sentence}: {}", mail.html);
            }
        }
        let words = MailText {
            text: Some("Hello {subdomain}.".into()),
            answers_to_contact: false,
        };
        settings::save_mail_text(&m.owner, words).await.unwrap();
        let options = LinkOptions {
            email: Some("mira@acme.example".into()),
            language: Some(Language::German),
            ..LinkOptions::default()
        };
        links::create(&m.owner, "returns", &acme, options)
            .await
            .unwrap();
        m.send().await;
        let mails = m.mailbox.mails();
        let mail = mails.last().unwrap();
        assert!(mail.text.contains("Hello acme."), "{}", mail.text);
        assert!(mail.text.contains("Gilt bis: "), "{}", mail.text);
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

/// An erased account's link goes nowhere.
#[tokio::test]
async fn the_link_of_an_erased_account_is_not_mailed() {
    each(async |m| {
        m.world.app(&m.owner, "returns").await;
        let options = LinkOptions {
            email: Some("mira@acme.example".into()),
            ..LinkOptions::default()
        };
        let acme = "acme".parse().unwrap();
        links::create(&m.owner, "returns", &acme, options)
            .await
            .unwrap();
        erase(&m.owner, "returns", &acme).await.unwrap();
        m.send().await;
        assert_eq!(m.mailbox.mails(), []);
        let texts = m
            .world
            .texts("SELECT state FROM mails WHERE ciphertext IS NOT NULL");
        assert!(texts.await.is_empty(), "and its text is erased");
    })
    .await;
}

//! Settings of a tenant: who may change them, and what they do.

use domain::{app_limit::AppLimit, color::Color, role::Role, time::Span};
use service::{
    Actor, Confirmed,
    audit::{self, Filter, list},
    connections::{
        events::{self, cut_off},
        links::{self, LinkOptions},
    },
    tenants::settings::{
        self, BrandSettings, KEEPING, Retention, SettingsError, remove_logo, rename, save_brand,
        save_links_and_time, save_logo, save_retention, would_remove,
    },
    testing::{World, on_each_database, picture},
};
use tokio_util::sync::CancellationToken;

fn colors(light: &str, dark: &str) -> BrandSettings {
    let color = |text: &str| -> Option<Color> { text.parse().ok() };
    BrandSettings {
        light: color(light),
        dark: color(dark),
        contact: None,
    }
}

/// The fields that were refused.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, SettingsError>) -> Vec<(String, String)> {
    match result {
        Err(SettingsError::Invalid(errors)) => errors
            .into_iter()
            .map(|error| (error.field.into_owned(), error.message))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// Everything that changes or shows settings, as this actor; whether it was forbidden.
async fn all(actor: &Actor) -> Vec<bool> {
    let forbidden =
        |error: Option<SettingsError>| matches!(error, Some(SettingsError::Forbidden(_)));
    let kept = Retention::default();
    let confirmed = Confirmed::for_test(actor);
    vec![
        forbidden(settings::load(actor).await.err()),
        forbidden(settings::brand(actor).await.err()),
        forbidden(settings::shown(actor).await.err()),
        forbidden(rename(actor, "Other").await.err()),
        forbidden(save_brand(actor, BrandSettings::default()).await.err()),
        forbidden(save_logo(actor, picture::png(32, 32)).await.err()),
        forbidden(remove_logo(actor).await.err()),
        forbidden(
            save_links_and_time(actor, Span::days(1), "UTC".parse().unwrap())
                .await
                .err(),
        ),
        forbidden(would_remove(actor, kept).await.err()),
        forbidden(
            save_retention(actor, Some(&confirmed), kept, true)
                .await
                .err(),
        ),
    ]
}

/// security.md 53: and an owner who is narrowed to some apps is none of the tenant.
#[tokio::test]
async fn s53_settings_are_for_owners_of_the_whole_tenant() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let app = world.app(&owner, "returns").await;
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Owner) {
            let mut other = owner.clone();
            other.role = role;
            assert!(all(&other).await.into_iter().all(|no| no), "{role:?}");
        }
        let mut narrowed = owner.clone();
        narrowed.apps = AppLimit::Only([app.id].into_iter().collect());
        assert!(all(&narrowed).await.into_iter().all(|no| no), "narrowed");
        assert_eq!(settings::load(&owner).await.unwrap().name, "acme");
        assert!(all(&owner).await.into_iter().all(|no| !no));
    })
    .await;
}

#[tokio::test]
async fn a_link_lives_as_long_as_the_settings_say() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        world.app(&owner, "returns").await;
        let life = async |owner: &Actor, options: LinkOptions| {
            let link = links::create(owner, "returns", &"shop".parse().unwrap(), options).await;
            link.unwrap().expires_at.since(owner.expiry_now())
        };
        assert_eq!(life(&owner, LinkOptions::default()).await, Span::days(7));
        let berlin = "Europe/Berlin".parse().unwrap();
        save_links_and_time(&owner, Span::days(30), berlin)
            .await
            .unwrap();
        let owner = world.owner("acme").await;
        assert_eq!(owner.zone, berlin);
        assert_eq!(life(&owner, LinkOptions::default()).await, Span::days(30));
        let own = LinkOptions {
            expires_in: Some(Span::days(2)),
            ..LinkOptions::default()
        };
        assert_eq!(life(&owner, own).await, Span::days(2));
        let bad = save_links_and_time(&owner, Span::days(8), berlin).await;
        assert_eq!(refused(bad)[0].0, "link_life");
        let other = world.owner("other").await;
        assert_eq!(other.link_life, Span::days(7), "another tenant's stay");
    })
    .await;
}

#[tokio::test]
async fn colours_that_cannot_be_read_are_not_saved() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        let good = colors("#2b3fa0", "#aab7ff");
        save_brand(&owner, good.clone()).await.unwrap();
        let pale = refused(save_brand(&owner, colors("#aab7ff", "#2b3fa0")).await);
        let fields: Vec<_> = pale.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["color_light", "color_dark"]);
        assert!(pale[0].1.contains("1.7:1"), "{pale:?}");
        let half = BrandSettings {
            dark: None,
            ..good.clone()
        };
        assert_eq!(refused(save_brand(&owner, half).await)[0].0, "color_dark");
        let contact = BrandSettings {
            contact: Some("nobody".into()),
            ..good.clone()
        };
        assert_eq!(refused(save_brand(&owner, contact).await)[0].0, "contact");
        assert_eq!(settings::brand(&owner).await.unwrap(), good, "as it was");
    })
    .await;
}

/// What customers' browsers get as the logo, with its content type.
async fn stored(owner: &Actor) -> Option<(String, Vec<u8>)> {
    let name = settings::shown(owner).await.unwrap().file_name?;
    let file = settings::file(owner, &name).await.unwrap();
    file.unwrap().logo
}

#[tokio::test]
async fn a_logo_is_written_anew_and_nothing_else_of_the_file_is_kept() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        // A picture that is a page as well, to a browser that guesses.
        let mut both = picture::png(600, 300);
        both.extend_from_slice(b"<script>alert(1)</script>");
        save_logo(&owner, both).await.unwrap();
        let first = settings::shown(&owner).await.unwrap().file_name.unwrap();
        let (kind, bytes) = stored(&owner).await.unwrap();
        assert_eq!(kind, "image/png");
        assert!(!bytes.windows(7).any(|part| part == b"<script"));
        let size = |bytes: &[u8]| {
            let picture = image::load_from_memory(bytes).unwrap();
            (picture.width(), picture.height())
        };
        assert_eq!(size(&bytes), (256, 128));
        save_logo(&owner, picture::jpeg(100, 100)).await.unwrap();
        let (kind, bytes) = stored(&owner).await.unwrap();
        assert_eq!((kind.as_str(), size(&bytes)), ("image/jpeg", (100, 100)));
        let old = settings::file(&owner, &first).await.unwrap();
        assert_eq!(
            old, None,
            "the name is new, since browsers keep the old one"
        );
        remove_logo(&owner).await.unwrap();
        assert_eq!(stored(&owner).await, None);
    })
    .await;
}

/// OWASP ASVS 5.0, 5.2.6: what a picture unfolds to is bounded, not only its file.
#[tokio::test]
async fn files_that_are_no_logo_change_nothing() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        save_logo(&owner, picture::png(64, 64)).await.unwrap();
        let before = stored(&owner).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let half = picture::png(64, 64);
        let half = half[..half.len() / 2].to_vec();
        for (file, says) in [
            (Vec::new(), "Choose a file"),
            (svg.to_vec(), "neither a PNG nor a JPEG"),
            (
                b"GIF89a\x40\0\x40\0\x80\0\0\0\0\0\xff\xff\xff".to_vec(),
                "neither a PNG nor a JPEG",
            ),
            (
                b"<!DOCTYPE html><script>".to_vec(),
                "neither a PNG nor a JPEG",
            ),
            (half, "damaged"),
            (b"\x89PNG\r\n\x1a\n<svg><script>".to_vec(), "damaged"),
            (picture::png_that_claims(60_000, 60_000), "too large"),
            (picture::png_that_claims(4_097, 16), "too large"),
            (picture::jpeg_that_claims(65_000, 65_000), "too large"),
            (picture::png(8, 8), "too small"),
            (vec![0; settings::MOST_BYTES + 1], "201 kB"),
        ] {
            let errors = refused(save_logo(&owner, file).await);
            assert_eq!(errors[0].0, "logo");
            assert!(errors[0].1.contains(says), "{says}: {errors:?}");
            assert_eq!(stored(&owner).await, before, "{says}");
        }
    })
    .await;
}

async fn events(owner: &Actor) -> usize {
    let all = events::of_tenant(owner, None, 100).await.unwrap();
    all.entries.len()
}

/// Two links, made forty days apart, each an event.
async fn old_and_new(world: &World) -> Actor {
    let owner = world.owner("acme").await;
    world.app(&owner, "returns").await;
    for account in ["first", "second"] {
        let account = account.parse().unwrap();
        links::create(&owner, "returns", &account, LinkOptions::default())
            .await
            .unwrap();
        world.clock.advance(Span::days(100));
    }
    owner
}

#[tokio::test]
async fn a_shorter_time_says_what_it_removes_and_removes_it() {
    on_each_database(async |world| {
        let owner = old_and_new(&world).await;
        let stop = CancellationToken::new();
        let elsewhere = world.owner("other").await;
        world.app(&elsewhere, "returns").await;
        let kept = Retention {
            events: Some(KEEPING[0]),
            audit: Some(KEEPING[0]),
        };
        let confirmed = Confirmed::for_test(&owner);
        let confirmed = Some(&confirmed);
        // A shorter audit could hide what somebody did.
        let stranger = Confirmed::for_test(&elsewhere);
        for unproven in [None, Some(&stranger)] {
            let refused = save_retention(&owner, unproven, kept, true).await;
            assert!(
                matches!(refused, Err(SettingsError::NotConfirmed)),
                "{refused:?}"
            );
        }
        let question = refused(save_retention(&owner, confirmed, kept, false).await);
        assert_eq!(question[0].0, "agreed");
        // Set-up, app, and two links.
        assert!(
            question[0]
                .1
                .contains("2 events and 4 entries of the audit"),
            "{question:?}"
        );
        cut_off(&world.services, &stop).await.unwrap();
        assert_eq!(events(&owner).await, 2, "nobody agreed");
        save_retention(&owner, confirmed, kept, true).await.unwrap();
        // A longer time hides nothing.
        let longer = Retention {
            audit: Some(KEEPING[1]),
            ..kept
        };
        save_retention(&owner, None, longer, true).await.unwrap();
        save_retention(&owner, confirmed, kept, true).await.unwrap();
        cut_off(&world.services, &stop).await.unwrap();
        assert_eq!(events(&owner).await, 0);
        let cut = audit::cut_off(&world.services, None, &stop).await.unwrap();
        assert_eq!(
            cut, 4,
            "the installation keeps for ever, the tenant doesn't"
        );
        let slug = "acme".parse().unwrap();
        let report = audit::verify(&world.services, Some(&slug)).await.unwrap();
        assert_eq!(report[0].broken, None);
        let other = list(&elsewhere, &Filter::default(), None).await.unwrap();
        assert_eq!(other.rows.len(), 2, "another tenant's stay");
    })
    .await;
}

/// A tenant keeps its audit no longer than the installation does.
#[tokio::test]
async fn the_installations_time_is_the_longest() {
    on_each_database(async |world| {
        let owner = old_and_new(&world).await;
        let kept = Retention {
            events: None,
            audit: Some(KEEPING[3]),
        };
        let confirmed = Confirmed::for_test(&owner);
        save_retention(&owner, Some(&confirmed), kept, false)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let cut = audit::cut_off(&world.services, Span::days(150), &stop).await;
        assert_eq!(cut.unwrap(), 3, "all but the second link and the setting");
        assert_eq!(events(&owner).await, 2, "events are the tenant's alone");
    })
    .await;
}

#[tokio::test]
async fn each_change_stands_in_the_audit_without_addresses() {
    on_each_database(async |world| {
        let owner = world.owner("acme").await;
        rename(&owner, " Parcelwise ").await.unwrap();
        let brand = BrandSettings {
            contact: Some("help@parcelwise.example".into()),
            ..colors("#2b3fa0", "#aab7ff")
        };
        save_brand(&owner, brand).await.unwrap();
        let page = list(&owner, &Filter::default(), None).await.unwrap();
        let told: Vec<_> = page
            .rows
            .iter()
            .filter(|row| row.action.code() == "tenant.settings_changed")
            .map(|row| row.detail.as_str())
            .collect();
        assert_eq!(
            told,
            [
                "color_light=#2b3fa0 color_dark=#aab7ff contact=set",
                "name=Parcelwise"
            ]
        );
        assert_eq!(world.owner("acme").await.tenant_name, "Parcelwise");
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(refused(rename(&owner, bad).await)[0].0, "name", "{bad:?}");
        }
    })
    .await;
}

//! Data keys wrapped by a key service: taken over, given back, and what
//! happens when it fails.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, time::Span};
use secrecy::SecretString;
use service::{
    Actor, Confirmed, Services,
    connections::{check_now::check_now, token},
    core::error::InternalError,
    encryption::{
        MasterKeys, VaultError,
        key_service::{KeyService, KeyServiceError, Trouble},
        transit::{Limits, TokenSource, TransitConfig, TransitKeys},
    },
    engine::refresh::Verdict,
    keys::{self, Begun},
    people::membership,
    testing::{self, World},
    vault::Vault,
    worker,
};
use simulator::transit::{TOKEN, Transit, TransitFault};
use std::{sync::Arc, time::Duration};

const ID: &str = "transit:transit/mooring";

fn config(transit: &Transit) -> TransitConfig {
    let url = TransitConfig::parse_url(&transit.url()).unwrap();
    TransitConfig::new(
        url,
        "mooring",
        TokenSource::Fixed(SecretString::from(TOKEN)),
    )
    .unwrap()
}

fn remote(world: &World, transit: &Transit) -> Arc<dyn KeyService> {
    with(world, config(transit))
}

fn with(world: &World, config: TransitConfig) -> Arc<dyn KeyService> {
    within(world, config, Limits::default())
}

fn within(world: &World, config: TransitConfig, limits: Limits) -> Arc<dyn KeyService> {
    Arc::new(TransitKeys::with(config, Arc::new(world.clock.clone()), limits).unwrap())
}

fn local(world: &World) -> Arc<dyn KeyService> {
    Arc::new(MasterKeys::parse(&world.master_keys).unwrap())
}

/// A process that began with these key services.
async fn process(world: &World, services: Vec<Arc<dyn KeyService>>) -> Services {
    let services = world.process_with(Vault::with(services)).await;
    services.vault().check(&services).await.unwrap();
    services
}

async fn owner(services: &Services, f: &Flow) -> Actor {
    let person = f.owner.person().unwrap();
    membership::actor(services, person, &f.owner.tenant_slug)
        .await
        .unwrap()
        .unwrap()
}

/// Every secret of the tenant opens in that process.
async fn works(services: &Services, f: &Flow) {
    let owner = owner(services, f).await;
    let verdict = check_now(&owner, "returns", &sub("acme")).await.unwrap();
    assert_eq!(verdict, Verdict::Fine);
    token::read(&owner, "returns", &sub("acme"), Span::minutes(1))
        .await
        .unwrap();
}

/// Whether a key is known, wraps, and how many data keys it has.
async fn status(services: &Services) -> Vec<(String, bool, bool, u64)> {
    let status = services.vault().status(services).await.unwrap();
    status
        .into_iter()
        .map(|k| (k.id, k.known, k.encrypts, k.data_keys))
        .collect()
}

#[tokio::test]
async fn a_key_service_takes_over_and_gives_back_while_everything_goes_on() {
    flow::each(async |f| {
        f.connect("acme").await;
        let transit = Transit::start().await.unwrap();
        let id = world_key(&f);
        // One process after the other is restarted with both.
        let both = process(&f.world, vec![remote(&f.world, &transit), local(&f.world)]).await;
        works(&both, &f).await;
        assert_eq!(
            status(&both).await,
            [(ID.to_owned(), true, true, 0), (id.clone(), true, false, 2)]
        );
        assert_eq!(both.vault().rewrap(&both).await.unwrap(), 2);
        assert_eq!(both.vault().rewrap(&both).await.unwrap(), 0, "done is done");
        works(&both, &f).await;
        // One that still runs with the master key alone has its data keys in memory.
        works(&f.world.services, &f).await;
        let status_now = both.vault().status(&both).await.unwrap();
        assert_eq!(status_now[0].versions, [(1, 2)]);
        assert!(status_now[1].removable());

        let alone = process(&f.world, vec![remote(&f.world, &transit)]).await;
        works(&alone, &f).await;
        let shown = keys::status::show(&owner(&alone, &f).await).await.unwrap();
        assert_eq!(shown.keys[0].master_key_id, ID);
        assert_eq!(shown.keys[0].master_key_version, Some(1));
        let lost = f
            .world
            .process_with(Vault::with(vec![local(&f.world)]))
            .await;
        let refused = lost.vault().check(&lost).await.unwrap_err();
        let InternalError::Vault(VaultError::UnknownKey { master_key, .. }) = &refused else {
            panic!("{refused:?}")
        };
        assert_eq!(master_key, ID);
        assert!(refused.to_string().contains("MOORING_KEY_SERVICE_URL"));

        // And back.
        let back = process(&f.world, vec![local(&f.world), remote(&f.world, &transit)]).await;
        works(&back, &f).await;
        assert_eq!(back.vault().rewrap(&back).await.unwrap(), 2);
        assert_eq!(
            status(&back).await,
            [(id, true, true, 2), (ID.to_owned(), true, false, 0)]
        );
        drop(transit);
        works(&process(&f.world, vec![local(&f.world)]).await, &f).await;
        works(&alone, &f).await;
    })
    .await;
}

fn world_key(f: &Flow) -> String {
    local(&f.world).ids().remove(0)
}

#[tokio::test]
async fn a_data_key_is_asked_for_once_however_many_need_it() {
    flow::each(async |f| {
        f.connect("acme").await;
        let transit = Transit::start().await.unwrap();
        let both = process(&f.world, vec![remote(&f.world, &transit), local(&f.world)]).await;
        both.vault().rewrap(&both).await.unwrap();
        let fresh = process(&f.world, vec![remote(&f.world, &transit)]).await;
        transit.asked();
        let owner = owner(&fresh, &f).await;
        let acme = sub("acme");
        let reads = (0..20).map(|_| token::read(&owner, "returns", &acme, Span::minutes(1)));
        for read in futures::future::join_all(reads).await {
            read.unwrap();
        }
        works(&fresh, &f).await;
        assert_eq!(transit.asked(), ["decrypt/mooring"]);
        fresh.vault().probe(&fresh).await.unwrap();
        assert!(transit.asked().is_empty(), "nor for being ready");
    })
    .await;
}

#[tokio::test]
async fn while_it_is_away_what_is_in_memory_works_and_nothing_is_given_up() {
    flow::each(async |f| {
        f.connect("acme").await;
        let transit = Transit::start().await.unwrap();
        let both = process(&f.world, vec![remote(&f.world, &transit), local(&f.world)]).await;
        both.vault().rewrap(&both).await.unwrap();
        let actor = owner(&both, &f).await;
        let begun = keys::rotate::begin_as(&actor, &Confirmed::for_test(&actor)).await;
        assert_eq!(begun.unwrap(), Begun::New);
        works(&both, &f).await;
        let cold = process(&f.world, vec![remote(&f.world, &transit)]).await;
        transit.fail(Some(TransitFault::Status(503)));
        transit.asked();
        works(&both, &f).await;
        assert!(transit.asked().is_empty());
        both.vault().probe(&both).await.unwrap();

        let owner = owner(&cold, &f).await;
        let refused = token::read(&owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(refused.is_err());
        for _ in 0..10 {
            // A rotation under way stops, and sets nothing aside.
            let stopped = keys::rotate::step(owner.scope()).await.unwrap_err();
            let InternalError::Vault(VaultError::KeyService { error, .. }) = &stopped else {
                panic!("{stopped:?}")
            };
            assert!(
                matches!(error, KeyServiceError::Trouble { trouble, .. } if *trouble == Trouble::Sealed),
                "{error:?}"
            );
            let refused = keys::rotate::begin_as(&owner, &Confirmed::for_test(&owner)).await.unwrap_err();
            assert!(refused.to_string().contains("sealed"), "{refused}");
        }
        assert_eq!(transit.asked().len(), 1, "it is left alone for a moment");
        f.advance(Span::hours(6));
        worker::tick(&cold).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        let shown = keys::status::show(&f.owner).await.unwrap();
        assert!(shown.unreadable.is_empty(), "{shown:?}");

        transit.fail(None);
        f.advance(Span::seconds(5));
        let done = keys::rotate::finish(owner.scope(), |_| ()).await.unwrap();
        assert!(done.moved > 0 && done.set_aside == 0, "{done:?}");
        works(&cold, &f).await;
    })
    .await;
}

#[tokio::test]
async fn a_new_version_of_the_key_is_taken_up_by_handing_over() {
    testing::on_each_database(async |world| {
        let transit = Transit::start().await.unwrap();
        let both = process(&world, vec![remote(&world, &transit), local(&world)]).await;
        both.vault().rewrap(&both).await.unwrap();
        transit.rotate("mooring");
        let versions = async || {
            both.vault().status(&both).await.unwrap()[0]
                .versions
                .clone()
        };
        assert_eq!(versions().await, [(1, 1)]);
        assert_eq!(both.vault().rewrap(&both).await.unwrap(), 1);
        assert_eq!(versions().await, [(2, 1)]);
        assert_eq!(both.vault().rewrap(&both).await.unwrap(), 0);
        transit.refuse_below("mooring", 2);
        process(&world, vec![remote(&world, &transit)]).await;
        transit.rotate("mooring");
        transit.refuse_below("mooring", 3);
        let late = world
            .process_with(Vault::with(vec![remote(&world, &transit)]))
            .await;
        let refused = late.vault().check(&late).await.unwrap_err().to_string();
        assert!(refused.contains("min_decryption_version"), "{refused}");
    })
    .await;
}

/// security.md 38: the service authenticates whose data key it is
#[tokio::test]
async fn s38_a_wrapped_key_moved_to_another_owner_does_not_open() {
    flow::each(async |f| {
        f.connect("acme").await;
        let other = f.world.owner("elsewhere").await;
        f.world.app(&other, "theirs").await;
        let transit = Transit::start().await.unwrap();
        let both = process(&f.world, vec![remote(&f.world, &transit), local(&f.world)]).await;
        assert_eq!(both.vault().rewrap(&both).await.unwrap(), 3);
        let (ours, theirs) = (
            f.world.uuid(f.owner.scope().tenant().0),
            f.world.uuid(other.scope().tenant().0),
        );
        let moved = format!(
            "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE tenant_id = {theirs}) WHERE tenant_id = {ours}"
        );
        assert_eq!(f.world.past(&moved).await, 1);
        let fresh = process(&f.world, vec![remote(&f.world, &transit)]).await;
        let actor = owner(&fresh, &f).await;
        transit.asked();
        let read = token::read(&actor, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(read.is_err());
        let refused = keys::rotate::begin_as(&actor, &Confirmed::for_test(&actor)).await.unwrap_err();
        assert!(refused.to_string().contains("does not open"), "{refused}");
        let asked = transit.asked();
        assert!(asked.contains(&"decrypt/mooring".to_owned()), "{asked:?}");
        // What was planted is not even asked about.
        let planted = format!("UPDATE data_keys SET wrapped = nonce WHERE tenant_id = {theirs}");
        f.world.past(&planted).await;
        let fresh = process(&f.world, vec![remote(&f.world, &transit)]).await;
        transit.asked();
        let refused = service::apps::list::all(&other).await;
        assert!(refused.is_ok(), "lists need no key");
        let actor = membership::actor(&fresh, other.person().unwrap(), &other.tenant_slug)
            .await
            .unwrap()
            .unwrap();
        let app = service::apps::list::one(&actor, "theirs").await.unwrap().unwrap();
        let refused = service::apps::remove::remove(&actor, app.id).await;
        assert!(refused.unwrap_err().to_string().contains("does not open"));
        assert!(transit.asked().is_empty());
    })
    .await;
}

/// security.md 40: a service that can't be relied on means no start
#[tokio::test]
async fn s40_a_start_says_what_is_wrong_with_the_service_and_never_the_token() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let refused = async |transit: &Transit, config: TransitConfig, limits: Limits| {
        let remote = within(&world, config, limits);
        let services = world
            .process_with(Vault::with(vec![remote, local(&world)]))
            .await;
        let refused = services.vault().check(&services).await.unwrap_err();
        let text = refused.to_string();
        assert!(
            !format!("{text} {refused:?}").contains("simulated"),
            "{text}"
        );
        assert!(text.contains(&transit.url()), "{text}");
        assert!(!text.contains('\n'), "{text}");
        assert_eq!(status(&services).await[0].3, 0, "nothing hangs on it");
        text
    };
    type Change = fn(&Transit);
    let cases: [(&str, Change); 15] = [
        ("sealed", |t| t.fail(Some(TransitFault::Status(503)))),
        ("status 500", |t| t.fail(Some(TransitFault::Status(500)))),
        ("status 429", |t| t.fail(Some(TransitFault::Status(429)))),
        ("redirect", |t| t.fail(Some(TransitFault::Redirect))),
        ("none of a transit engine", |t| {
            t.fail(Some(TransitFault::Html))
        }),
        ("none of a transit engine", |t| {
            t.fail(Some(TransitFault::Huge))
        }),
        ("within 1 seconds", |t| t.fail(Some(TransitFault::Silent))),
        ("token has ended", |t| t.engine().token = "another".into()),
        ("“update”", |t| t.engine().may_encrypt = false),
        ("“update”", |t| t.engine().may_decrypt = false),
        ("token has ended", |t| {
            t.engine().namespace = Some("eu".into())
        }),
        ("no transit engine is mounted", |t| {
            t.engine().mount = "keys".into()
        }),
        ("vault write -f transit/keys", |t| t.delete("mooring")),
        ("Vault 1.13", |t| t.engine().binds = false),
        ("can't be reached", |_| ()),
    ];
    for (words, change) in cases {
        let transit = Transit::start().await.unwrap();
        change(&transit);
        let mut config = config(&transit);
        if words == "can't be reached" {
            config = self::config(&transit);
            transit.stop().await;
        }
        let mut limits = Limits::default();
        if words == "within 1 seconds" {
            limits.time = Duration::from_secs(1);
        }
        let text = refused(&transit, config, limits).await;
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn the_token_may_come_from_a_file_that_changes_and_a_namespace_is_named() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let transit = Transit::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let url = TransitConfig::parse_url(&transit.url()).unwrap();
    let config = TransitConfig::new(url, "keys/eu/m", TokenSource::File(file.clone())).unwrap();
    let services = vec![
        with(&world, config.namespace(Some("team".into()))),
        local(&world),
    ];
    {
        let mut engine = transit.engine();
        engine.mount = "keys/eu".into();
        engine.namespace = Some("team".into());
    }
    transit.rotate("m");
    let services = world.process_with(Vault::with(services)).await;
    let missing = services
        .vault()
        .check(&services)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("MOORING_KEY_SERVICE_TOKEN_FILE"),
        "{missing}"
    );
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    services.vault().check(&services).await.unwrap();
    transit.engine().token = "hvs.renewed".into();
    assert!(services.vault().check(&services).await.is_err());
    std::fs::write(&file, "hvs.renewed").unwrap();
    services.vault().check(&services).await.unwrap();
    assert_eq!(services.vault().rewrap(&services).await.unwrap(), 1);
    let debug = format!("{:?}", services.vault());
    assert!(
        debug.contains("transit:keys/eu/m") && !debug.contains("hvs"),
        "{debug}"
    );
}

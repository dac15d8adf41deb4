//! The month is told, and then looked at as people see it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use demo::{HARBOUR, LANTERN, PEOPLE, Place, Told, tell};
use domain::{
    campaign::Stage, health::Health, health_days::Days, ids::PersonId, job::JobAction, role::Role,
    snooze::Until, stop_cause::StopCause, subdomain::Subdomain,
};
use gorgias::{GorgiasTemplate, HttpGorgias, OutboundOptions, Reaching};
use secrecy::SecretString;
use service::{
    Actor, Services, accounts, audit,
    campaigns::{self, CampaignState},
    connections::{
        counts, events, history,
        links::{self, LinkState},
        list::{self, ListQuery},
        show,
    },
    core::{
        config::{Config, TenantCreation},
        database::Database,
    },
    encryption::MasterKeys,
    host::clock::SystemClock,
    host::random::SystemRandom,
    jobs,
    people::{
        invitations, members, membership,
        sign_in::{self, Given},
    },
    testing::{Backend, World, backends},
    vault::Vault,
};
use simulator::{Simulator, SimulatorConfig};
use std::{collections::BTreeMap, sync::Arc};

const PASSWORD: &str = "8f1c2e-90ab47-d3e6f5";

/// The month on a database, seen by a process that started afterwards, as `mooring serve` is.
struct Month {
    services: Services,
    simulator: Simulator,
    told: Told,
    _folder: tempfile::TempDir,
}

impl Month {
    async fn on(backend: &Backend) -> Self {
        let folder = tempfile::Builder::new();
        let folder = folder.tempdir().unwrap();
        let database_url = match backend {
            Backend::Sqlite => format!("sqlite://{}", folder.path().join("mooring.db").display()),
            Backend::Postgres(server) => World::new_database(server).await,
        };
        let simulator = Simulator::start(SimulatorConfig {
            mail: Some(([127, 0, 0, 1], 0).into()),
            ..SimulatorConfig::default()
        })
        .await
        .unwrap();
        let place = Place {
            database_url: database_url.into(),
            data_dir: folder.path().to_owned(),
            public_url: "http://localhost:3000".to_owned(),
            master_keys: MasterKeys::generate(&SystemRandom),
            mail_from: "mooring@demo.example".to_owned(),
        };
        let told = tell(&place, &simulator, &SecretString::from(PASSWORD)).await;
        let told = told.unwrap_or_else(|error| panic!("{backend:?}: {error:#}"));
        Self {
            services: afterwards(&place, &simulator).await,
            simulator,
            told,
            _folder: folder,
        }
    }

    async fn person(&self, email: &str) -> PersonId {
        let given = Given {
            email,
            password: &SecretString::from(PASSWORD),
            address: None,
            browser: None,
        };
        let signed_in = sign_in::sign_in(&self.services, &given).await;
        signed_in.unwrap_or_else(|error| panic!("{email}: {error}"))
    }

    async fn owner_of(&self, tenant: &str) -> Actor {
        let person = self.person(PEOPLE[0].email).await;
        let slug = tenant.parse().unwrap();
        let actor = membership::actor(&self.services, person, &slug).await;
        actor.unwrap().unwrap()
    }
}

async fn afterwards(place: &Place, simulator: &Simulator) -> Services {
    let db = Database::open(&place.database_url).await.unwrap();
    let template = GorgiasTemplate::parse(simulator.url_template(), true).unwrap();
    let config = Config {
        public_url: place.public_url.clone(),
        gorgias: template.clone(),
        check_interval: domain::time::Span::minutes(1),
        refresh_rate: 20,
        audit_retention: None,
        breached_passwords: None,
        audit_stream: None,
        mail: None,
        tenant_creation: TenantCreation::Nobody,
        data_dir: place.data_dir.clone(),
        outbound: OutboundOptions::default(),
    };
    let reaching = Reaching {
        private_network: true,
        ..Reaching::default()
    };
    let client = HttpGorgias::new(template, Arc::new(SystemClock), reaching).unwrap();
    let vault = Vault::new(MasterKeys::parse(&place.master_keys).unwrap());
    let services = Services::new(db, config, vault, Arc::new(client));
    services.vault().check(&services).await.unwrap();
    services
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_there_and_all_of_it_fits_together() {
    for backend in backends() {
        let month = Month::on(&backend).await;
        assert_eq!(month.told.customers, 60);
        assert_eq!(
            counts::recount(&month.services, false).await.unwrap(),
            0,
            "kept counts and days are those of the rows"
        );
        for report in audit::verify(&month.services, None).await.unwrap() {
            assert!(report.broken.is_none(), "{report:?}");
            assert!(report.good > 20, "{report:?}");
        }
        people_of_all_roles(&month).await;
        every_state_of_health(&month).await;
        thirty_days(&month).await;
        what_happened_to_accounts(&month).await;
        the_campaign(&month).await;
        customers_and_jobs(&month).await;
        what_was_mailed(&month);
        the_clocks_go_on(&month).await;
    }
}

async fn people_of_all_roles(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let members = members::list(&owner).await.unwrap();
    let roles: Vec<Role> = members.iter().map(|member| member.role).collect();
    assert_eq!(
        roles,
        [
            Role::Owner,
            Role::Operator,
            Role::Success,
            Role::Success,
            Role::Viewer
        ]
    );
    for member in &members {
        assert!(member.last_seen_at.is_some(), "{}", member.name);
        // All of them can sign in.
        month.person(&member.email).await;
    }
    assert_eq!(invitations::pending(&owner).await.unwrap().len(), 1);
    let second = month.owner_of(LANTERN.0).await;
    let members = members::list(&second).await.unwrap();
    let expected = PEOPLE
        .iter()
        .filter(|person| person.role_in_second.is_some());
    assert_eq!(members.len(), expected.count());
}

async fn rows(actor: &Actor) -> Vec<service::connections::row::AccountRow> {
    let query = ListQuery {
        limit: list::MOST,
        ..ListQuery::default()
    };
    list::list(actor, &query).await.unwrap().rows
}

async fn every_state_of_health(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let mut states: BTreeMap<Health, Vec<String>> = BTreeMap::new();
    for row in rows(&owner).await {
        let name = format!("{}/{}", row.app_slug, row.subdomain);
        states.entry(row.health).or_default().push(name);
    }
    for health in Health::ALL {
        assert!(states.contains_key(&health), "{health:?} of {states:#?}");
    }
    let only = |health: Health| states[&health].clone();
    assert_eq!(only(Health::Unchecked), ["returns/quiet-lake"]);
    assert_eq!(only(Health::SetupFault).len(), 5, "all of the reviews");
    let mut disconnected = only(Health::Disconnected);
    disconnected.sort();
    assert_eq!(
        disconnected,
        [
            "returns/fern-and-co",
            "returns/maison-lumiere",
            "returns/old-harbour-books",
            "returns/vela-swim"
        ]
    );
    assert_eq!(only(Health::StoppingSoon).len(), 2);
    assert_eq!(only(Health::Retrying).len(), 2);
    assert_eq!(only(Health::NotConnected).len(), 2);
    let lantern = month.owner_of(LANTERN.0).await;
    let working = rows(&lantern).await;
    assert!(working.iter().all(|row| row.health == Health::Working));
    assert_eq!(working.len(), 11);
}

async fn thirty_days(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let history = history::of_tenant(&owner, Days::Thirty).await.unwrap();
    let days = &history.all.days;
    assert_eq!(days.len(), 30);
    assert!(days.iter().all(|day| day.total() > 0), "{days:?}");
    let ago = |n: usize| &days[days.len() - 1 - n];
    assert!(ago(11).get(Health::Retrying) > 10, "the outage: {days:?}");
    assert!(ago(18).get(Health::SetupFault) > 30, "the secret: {days:?}");
    assert!(ago(22).get(Health::Working) > 50, "a good day: {days:?}");
    let causes: BTreeMap<StopCause, u64> = history.all.causes.iter().copied().collect();
    for cause in [
        StopCause::Refused,
        StopCause::RanOut,
        StopCause::FewerPermissions,
        StopCause::ByPerson,
        StopCause::NotAnswering,
        StopCause::AccountRefused,
        StopCause::Credentials,
    ] {
        assert!(causes.contains_key(&cause), "{cause:?} of {causes:?}");
    }
    assert_eq!(causes[&StopCause::Credentials], 2, "returns and reviews");
    assert!(
        history
            .all
            .healthy
            .permille()
            .is_some_and(|share| share > 800)
    );
}

async fn account(actor: &Actor, app: &str, name: &str) -> show::Account {
    let name: Subdomain = name.parse().unwrap();
    show::show(actor, app, &name).await.unwrap().unwrap()
}

async fn what_happened_to_accounts(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let won_back = account(&owner, "returns", "bergmann").await;
    assert_eq!(won_back.row.health, Health::Working);
    let links = links::of_connection(&owner, won_back.row.id).await.unwrap();
    assert_eq!(links[0].state, LinkState::Approved);
    let timeline = events::of_connection(&owner, won_back.row.id, None, 100).await;
    let codes: Vec<_> = timeline
        .unwrap()
        .iter()
        .map(|e| e.happening.code())
        .collect();
    assert!(codes.len() > 8, "{codes:?}");

    let expired = account(&owner, "returns", "fern-and-co").await;
    let links = links::of_connection(&owner, expired.row.id).await.unwrap();
    assert_eq!(links[0].state, LinkState::Expired);
    let asked = account(&owner, "returns", "maison-lumiere").await;
    let links = links::of_connection(&owner, asked.row.id).await.unwrap();
    assert_eq!(links[0].state, LinkState::Opened);
    let alone = account(&owner, "returns", "nordlys").await;
    assert!(
        alone.row.needs_someone,
        "it is refused for more than three days"
    );
}

async fn the_campaign(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let all = campaigns::all(&owner, None, 50).await.unwrap();
    let [campaign] = &all.rows[..] else {
        panic!("{all:?}");
    };
    assert_eq!(campaign.state, CampaignState::Running);
    let funnel = &campaign.funnel;
    assert_eq!(
        (
            funnel.chosen(),
            funnel.sent(),
            funnel.opened(),
            funnel.approved()
        ),
        (15, 13, 9, 7)
    );
    assert_eq!(funnel.at(Stage::NobodyToWriteTo), 1);
    assert_eq!(funnel.at(Stage::NotDelivered), 1);
    let people = campaigns::people(&owner, campaign.id, None, None, 50).await;
    let refused = people.unwrap().rows.into_iter();
    let refused = refused.filter(|one| {
        let answer = one.mail.as_ref().and_then(|mail| mail.answer.as_deref());
        answer.is_some_and(|answer| answer.contains("no such mailbox"))
    });
    let refused: Vec<_> = refused
        .map(|one| one.customer.subdomain.to_string())
        .collect();
    assert_eq!(refused, ["mint-and-moss"]);
}

async fn customers_and_jobs(month: &Month) {
    let owner = month.owner_of(HARBOUR.0).await;
    let customer = async |name: &str| {
        let found = accounts::show(&owner, &name.parse().unwrap()).await;
        found.unwrap().unwrap()
    };
    let bergmann = customer("bergmann").await;
    assert_eq!(bergmann.title(), "Bergmann Outdoor GmbH");
    assert_eq!(bergmann.owner.unwrap().email, "jonas@harbour.example");
    let left = customer("old-harbour-books").await.snoozed.unwrap();
    assert_eq!(left.until, Until::NextChange);
    assert!(
        customer("atelier-nord")
            .await
            .snoozed
            .unwrap()
            .until
            .at()
            .is_some()
    );
    let jobs = jobs::list(&owner, None).await.unwrap();
    let mut did: Vec<_> = jobs.rows.iter().map(|job| job.work.action()).collect();
    did.sort();
    assert_eq!(
        did,
        [JobAction::Check, JobAction::AddTag, JobAction::Export]
    );
    assert!(
        jobs.rows
            .iter()
            .all(|job| !job.is_running() && job.done > 0)
    );
}

fn what_was_mailed(month: &Month) {
    let mails = month.simulator.mailbox().unwrap().mails();
    assert_eq!(mails.len(), month.told.mails);
    assert!(mails.len() > 30, "{}", mails.len());
    let german = mails
        .iter()
        .find(|mail| mail.to.1 == "lena.bergmann@bergmann.example");
    assert!(german.unwrap().text.contains("Gilt bis"));
    let first = mails.first().unwrap().at;
    let last = mails.last().unwrap().at;
    assert!(last - first > 27 * 86_400, "they came over the month");
}

/// What the panel mends shows at the next check: nothing of the story is in the way.
async fn the_clocks_go_on(month: &Month) {
    use service::{connections::check_now::check_now, engine::refresh::Verdict};
    let behind = domain::clock::Clock::now(&SystemClock).0 / 1_000_000 - month.simulator.now();
    assert!((0..=60).contains(&behind), "{behind} s behind");
    let owner = month.owner_of(HARBOUR.0).await;
    let name: Subdomain = "stormy-bay".parse().unwrap();
    month
        .simulator
        .account("stormy-bay")
        .heal(simulator::Endpoint::Token);
    let verdict = check_now(&owner, "returns", &name).await.unwrap();
    assert_eq!(verdict, Verdict::Fine);
}

//! Where the story plays: Mooring, Gorgias, and one clock for both.

mod customers_side;
mod vendors_side;

pub(crate) use vendors_side::mistakes;

use crate::{
    cast::Person,
    clock::{MovedClock, present},
    place::Place,
};
use anyhow::{Context, Result, ensure};
use domain::{
    clock::Clock,
    slug::Slug,
    time::{Span, Timestamp},
};
use secrecy::SecretString;
use service::{
    Actor, Services, api_tokens,
    apps::{App, rejudge},
    audit, campaigns,
    connections::check_now::check_now,
    core::database::Database,
    engine::{refresh::Verdict, replay},
    host::random::secret_text,
    jobs, mail,
    people::{self, SignedIn, membership, refusals},
    worker,
};
use simulator::Simulator;
use std::collections::BTreeMap;

/// How many days before the end the story begins.
pub(crate) const DAYS: i64 = 30;
/// How often connections are checked in the story: each about once a day is enough for a
/// history of days, and quick.
const CHECK_INTERVAL: Span = Span::hours(24);
/// The steps in which time passes, usually and while Gorgias has trouble. A step is shorter
/// than a day, which a clock may not jump over (`core::expiry`).
const STEP: Span = Span::hours(4);
const SHORT_STEP: Span = Span::minutes(20);
/// The worker is asked no more often than this while nothing but time passes.
const REST: Span = Span::minutes(15);
/// More rounds than any bulk job of the story takes.
const ROUNDS: usize = 500;

/// Mooring, Gorgias and the people.
pub(crate) struct Stage<'a> {
    pub simulator: &'a Simulator,
    pub services: Services,
    place: &'a Place,
    db: Database,
    clock: MovedClock,
    end: Timestamp,
    step: Span,
    worked_at: Timestamp,
    people: BTreeMap<&'static str, SignedIn>,
    /// The day on which each person signed in last.
    signed_in: BTreeMap<&'static str, i64>,
    apps: BTreeMap<String, App>,
    /// The secret of the customers' browser, which sees what came of an approval.
    browser: SecretString,
}

impl<'a> Stage<'a> {
    /// An empty installation, a month ago.
    pub async fn open(place: &'a Place, simulator: &'a Simulator) -> Result<Self> {
        let end = present();
        let clock = MovedClock::at(end.minus(Span::days(DAYS + 1)));
        let db = place.prepare().await?;
        let services = place
            .services(db.clone(), &clock, simulator, CHECK_INTERVAL)
            .await?;
        let browser = secret_text(&*services.random, "");
        Ok(Self {
            simulator,
            services,
            place,
            db,
            clock,
            end,
            step: STEP,
            worked_at: Timestamp::default(),
            people: BTreeMap::new(),
            signed_in: BTreeMap::new(),
            apps: BTreeMap::new(),
            browser,
        })
    }

    /// Lets time pass until a time of day in UTC, so many days before the last one.
    pub async fn until(&mut self, days_before: i64, hour: i64, minute: i64) -> Result<()> {
        let midnight = Timestamp::default().plus(Span::days(self.end.day() - days_before));
        let time = midnight.plus(Span::minutes(hour * 60 + minute));
        self.pass_to(time).await
    }

    /// Lets time pass until so many minutes before the end. What happens on the last two
    /// days is told like this, since the end may be at any time of a day.
    pub async fn until_before_end(&mut self, minutes: i64) -> Result<()> {
        self.pass_to(self.end.minus(Span::minutes(minutes))).await
    }

    /// While Gorgias has trouble, time passes in shorter steps, so that accounts are tried
    /// again as often as they would be.
    pub fn watch_closely(&mut self, closely: bool) {
        self.step = if closely { SHORT_STEP } else { STEP };
    }

    async fn pass_to(&mut self, time: Timestamp) -> Result<()> {
        ensure!(
            time >= self.clock.now(),
            "the story goes back from {} to {}",
            self.clock.now().rfc3339(),
            time.rfc3339()
        );
        while self.clock.now() < time {
            let next = self.clock.now().plus(self.step).min(time);
            self.clock.move_to(next);
            self.move_gorgias();
            if next.since(self.worked_at) >= REST {
                self.worked_at = next;
                self.work().await?;
            }
        }
        Ok(())
    }

    fn move_gorgias(&self) {
        self.simulator.freeze_time(seconds(self.clock.now()));
    }

    /// Does what the worker does meanwhile.
    pub async fn work(&self) -> Result<()> {
        let services = &self.services;
        Box::pin(worker::tidy(services)).await?;
        Box::pin(worker::tick(services)).await?;
        Box::pin(rejudge::run_due(services)).await?;
        while Box::pin(campaigns::run_due(services)).await? > 0 {}
        while Box::pin(mail::send_due(services)).await? > 0 {}
        Ok(())
    }

    /// Does the bulk jobs that are under way, to their end.
    pub async fn finish_jobs(&self) -> Result<()> {
        for _ in 0..ROUNDS {
            if Box::pin(jobs::run_due(&self.services)).await? == 0 {
                return Ok(());
            }
            Box::pin(worker::tick(&self.services)).await?;
            // A job waits for a moment between its looks at what the worker did.
            self.clock.pass(Span::seconds(2));
            self.move_gorgias();
        }
        anyhow::bail!("a bulk job comes to no end");
    }

    /// Somebody at work in a tenant; their first deed of a day is to sign in.
    pub async fn actor(&mut self, who: &Person, tenant: &str) -> Result<Actor> {
        let id = self.person(who)?;
        let today = self.clock.now().day();
        if self.signed_in.insert(who.email, today) != Some(today) {
            people::signed_in(&self.services, id.person(), who.address()).await;
        }
        membership::seen(&self.services, id.person()).await?;
        self.actor_with(&self.services, who, tenant).await
    }

    async fn actor_with(&self, services: &Services, who: &Person, tenant: &str) -> Result<Actor> {
        let slug: Slug = tenant.parse()?;
        let actor = membership::actor(services, self.person(who)?, &slug).await?;
        let actor = actor.with_context(|| format!("{} is no member of {tenant}", who.name))?;
        Ok(actor.at(who.address()))
    }

    /// Somebody presses “Check now” in a process that checks connections much more often,
    /// so that one that it can't check is overdue soon.
    pub async fn check_impatiently(
        &self,
        who: &Person,
        tenant: &str,
        (app, account): (&str, &str),
    ) -> Result<Verdict> {
        let interval = Span::seconds(10);
        let services = self
            .place
            .services(self.db.clone(), &self.clock, self.simulator, interval)
            .await?;
        let actor = self.actor_with(&services, who, tenant).await?;
        let verdict = check_now(&actor, app, &account.parse()?).await?;
        replay::close(&services).await?;
        Ok(verdict)
    }

    fn person(&self, who: &Person) -> Result<SignedIn> {
        let id = self.people.get(who.email).copied();
        id.with_context(|| format!("{} has not joined yet", who.name))
    }

    /// An app of either tenant.
    pub fn app(&self, slug: &str) -> Result<&App> {
        let app = self.apps.get(slug);
        app.with_context(|| format!("there is no app {slug} yet"))
    }

    /// Ends the story at the present time, as a process of Mooring ends. Gorgias' clock goes
    /// on by itself from here.
    pub async fn close(mut self) -> Result<()> {
        self.pass_to(self.end).await?;
        // The time that the telling took.
        let now = present().max(self.clock.now());
        self.pass_to(now).await?;
        self.work().await?;
        audit::flush(&self.services, true).await?;
        api_tokens::flush(&self.services).await?;
        refusals::record(&self.services, true).await?;
        replay::close(&self.services).await?;
        self.simulator.set_time(seconds(now));
        Ok(())
    }
}

/// A time as the simulator counts it.
fn seconds(at: Timestamp) -> i64 {
    at.since(Timestamp::default()).whole_seconds()
}

//! Bulk jobs in words.

use crate::{
    address::Address,
    components::{Button, Glyph, Icon, Size, absolute},
};
use domain::{
    health::Health,
    job::{JobState, Work},
    time::{Span, Timestamp},
};
use leptos::prelude::*;
use service::jobs::Job;

/// So many accounts.
pub(super) fn accounts(number: u64) -> String {
    match number {
        1 => "1 account".to_owned(),
        n => format!("{n} accounts"),
    }
}

/// How many accounts it is about, as far as that is known.
fn about(job: &Job) -> String {
    if job.is_chosen {
        accounts(job.total)
    } else {
        "the chosen accounts".to_owned()
    }
}

/// What it does, as a heading.
pub(super) fn title(job: &Job) -> String {
    let about = about(job);
    match &job.work {
        Work::Check => format!("Check {about} now"),
        Work::AddTag(tag) => format!("Add the tag {tag} to {about}"),
        Work::RemoveTag(tag) => format!("Take the tag {tag} from {about}"),
        Work::Assign(Some(_)) => {
            let to = job.assignee.as_deref().unwrap_or("somebody who is gone");
            format!("Assign {about} to {to}")
        }
        Work::Assign(None) => format!("Assign {about} to nobody"),
        Work::AssignBack(_) => format!("Give {about} back to whoever looked after them before"),
        Work::SendLinks => format!("Send links to {about}"),
        Work::Snooze { until, .. } => match until.at() {
            Some(at) => format!("Snooze {about} until {}", absolute(at)),
            None => format!("Snooze {about} until they change"),
        },
        Work::Wake => format!("Wake {about}"),
        Work::AddToCampaign(_) => format!("Take {about} up in a campaign"),
        Work::Export => format!("Export {about}"),
    }
}

/// How far it is, in one sentence.
pub(super) fn how_far(job: &Job, now: Timestamp) -> String {
    let (over, total) = (job.over(), job.total);
    match job.state {
        JobState::Running if !job.is_chosen => {
            format!("Choosing the accounts, {total} so far. You may leave this page.")
        }
        JobState::Running => {
            let left = job.left(now).map_or_else(String::new, |left| {
                let left = Span::seconds(left.whole_seconds().max(1));
                format!(", about {} left", left.words())
            });
            format!("{over} of {total}{left}. You may leave this page: it goes on.")
        }
        JobState::Finished => format!("Done: {}.", numbers(job)),
        JobState::Stopped => format!(
            "Stopped: {}.{}",
            numbers(job),
            left_alone(total.saturating_sub(over))
        ),
        JobState::Halted => format!(
            "Whoever started it may not do this any more, so it was stopped: {}.{}",
            numbers(job),
            left_alone(total.saturating_sub(over))
        ),
    }
}

fn left_alone(number: u64) -> String {
    match number {
        0 => String::new(),
        1 => " The other one was left alone.".to_owned(),
        n => format!(" The other {n} were left alone."),
    }
}

fn numbers(job: &Job) -> String {
    match job.failed {
        0 => format!("{} done", job.done),
        failed => format!("{} done, {failed} failed", job.done),
    }
}

/// Its state in a word, its icon, and its colour.
pub(super) const fn state(job: &Job) -> (&'static str, Glyph, Health) {
    match job.state {
        JobState::Running => ("At work", Glyph::Retrying, Health::Retrying),
        JobState::Finished if job.failed > 0 => ("Done, some failed", Glyph::Warn, Health::Limited),
        JobState::Finished => ("Done", Glyph::Working, Health::Working),
        JobState::Stopped => ("Stopped", Glyph::Minus, Health::NotConnected),
        JobState::Halted => ("Stopped by Mooring", Glyph::Warn, Health::Disconnected),
    }
}

/// How far it is, as a bar.
pub(super) fn bar(job: &Job, id: &'static str) -> Option<AnyView> {
    let known = job.is_running() && job.is_chosen && job.total > 0;
    known.then(|| {
        let (over, total) = (job.over().to_string(), job.total.to_string());
        let words = format!("{over} of {total}");
        view! {
            <progress id=id value=over max=total>
                {words}
            </progress>
        }
        .into_any()
    })
}

/// The button that stops it.
pub(super) fn stop(tenant: &str, job: &Job) -> AnyView {
    let id = job.id.to_string();
    let action = Address::StopJob { tenant, job: &id }.to_string();
    view! {
        <form method="post" action=action>
            <Button size=Size::Small about=title(job)>
                "Stop"
            </Button>
        </form>
    }
    .into_any()
}

/// A line above a list: the job that is at work.
pub(super) fn line(tenant: &str, job: &Job, now: Timestamp) -> AnyView {
    let id = job.id.to_string();
    let href = Address::Job { tenant, job: &id }.to_string();
    let failed = (job.failed > 0).then(|| format!("{} failed. ", job.failed));
    view! {
        <section class="callout job" aria-label="Job at work" data-health=Health::Retrying.code()>
            <Icon name=Glyph::Retrying/>
            <div class="field">
                <p>
                    <label for="job-at-work">
                        <b>{title(job)}</b>
                    </label>
                    " "
                    {how_far(job, now)}
                </p>
                {bar(job, "job-at-work")}
                <p class="sub">
                    {failed}
                    <a href=href>"Look at the job"</a>
                </p>
            </div>
            {stop(tenant, job)}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::jobs::Chosen;

    const ID: &str = "0190b5c1-7c3e-7000-8000-000000000000";

    fn job(work: Work, state: JobState) -> Job {
        Job {
            id: ID.parse().unwrap(),
            work,
            assignee: Some("Ann Lee".into()),
            by: None,
            chosen: Chosen::OneByOne,
            state,
            is_chosen: true,
            total: 200,
            done: 80,
            failed: 4,
            changed: 80,
            reasons: vec![],
            created_at: Timestamp(0),
            begun_at: Some(Timestamp(0)),
            ended_at: None,
        }
    }

    #[test]
    fn how_far_a_job_is_says_how_long_still_and_that_leaving_is_fine() {
        let now = Timestamp(0).plus(Span::seconds(42));
        let mut one = job(Work::Check, JobState::Running);
        assert_eq!(
            how_far(&one, now),
            "84 of 200, about 58 s left. You may leave this page: it goes on."
        );
        one.is_chosen = false;
        assert!(how_far(&one, now).contains("200 so far"));
        assert_eq!(title(&one), "Check the chosen accounts now");
        let stopped = job(Work::Check, JobState::Stopped);
        assert_eq!(
            how_far(&stopped, now),
            "Stopped: 80 done, 4 failed. The other 116 were left alone."
        );
        let halted = job(Work::Check, JobState::Halted);
        assert!(how_far(&halted, now).starts_with("Whoever started it"));
    }

    #[test]
    fn titles_name_what_is_done_with_how_many() {
        let title = |work| title(&job(work, JobState::Finished));
        let tag: domain::customer::Tag = "VIP".parse().unwrap();
        assert_eq!(title(Work::AddTag(tag)), "Add the tag VIP to 200 accounts");
        let somebody = Some(ID.parse().unwrap());
        assert_eq!(
            title(Work::Assign(somebody)),
            "Assign 200 accounts to Ann Lee"
        );
        assert_eq!(title(Work::Assign(None)), "Assign 200 accounts to nobody");
        assert_eq!(title(Work::Export), "Export 200 accounts");
    }
}

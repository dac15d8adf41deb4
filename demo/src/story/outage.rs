//! Thirteen to three days before the end: a link that nobody opens, an outage of Gorgias, and
//! a campaign for a new permission.

use super::{
    HARBOUR, LANTERN, LOYALTY, RETURNS, REVIEWS, TRACKING,
    third_week::{deactivate, finds_lost},
};
use crate::{
    cast::{INES, JONAS, PRIYA},
    customers::Customers,
    stage::Stage,
};
use anyhow::Result;
use domain::{campaign::Audience, job::Work, snooze::Until, time::Span};
use service::{
    accounts::SnoozeWish,
    apps::{edit, form::AppForm},
    campaigns::{self, CampaignForm},
    connections::{by_account::AccountsQuery, disconnect},
};
use simulator::{Endpoint, Fault};

pub(super) async fn play(
    s: &mut Stage<'_>,
    harbours: &Customers,
    lanterns: &Customers,
) -> Result<()> {
    let ((harbour, _), (lantern, _)) = (HARBOUR, LANTERN);
    // Nobody opens this link; it expires after seven days.
    s.until(13, 21, 0).await?;
    deactivate(s, "fern-and-co");
    s.simulator.account("dolce-forno").deactivate();
    s.until(12, 11, 0).await?;
    finds_lost(s, "fern-and-co").await?;
    s.send_link(&JONAS, harbour, RETURNS, "fern-and-co").await?;
    s.until(12, 13, 0).await?;
    s.check(&INES, lantern, TRACKING, "dolce-forno").await?;
    s.send_link(&INES, lantern, TRACKING, "dolce-forno").await?;

    s.until(11, 8, 0).await?;
    s.simulator
        .fail_everywhere(Endpoint::Token, Some(Fault::server_error()));
    s.watch_closely(true);
    s.until(11, 15, 0).await?;
    s.simulator.fail_everywhere(Endpoint::Token, None);
    s.until(11, 16, 0).await?;
    s.watch_closely(false);

    s.until(10, 10, 0).await?;
    s.approve_by_link(TRACKING, lanterns.contact("dolce-forno")?)
        .await?;
    s.until(10, 14, 0).await?;
    let ines = s.actor(&INES, harbour).await?;
    disconnect::disconnect(&ines, RETURNS, &"last-leaf".parse()?).await?;

    // This one comes back by itself, with “Connect app”.
    s.until(9, 20, 0).await?;
    deactivate(s, "casa-lima");
    s.until(8, 17, 0).await?;
    s.connect(RETURNS, "casa-lima").await?;

    ask_for_more(s).await?;
    campaign(s, harbours).await
}

/// The app for loyalty asks for one permission more, which no customer has given.
async fn ask_for_more(s: &mut Stage<'_>) -> Result<()> {
    s.until(7, 10, 0).await?;
    let ines = s.actor(&INES, HARBOUR.0).await?;
    let app = s.app(LOYALTY)?;
    let scopes = "openid email offline customers:read customers:write tags:write";
    let form = AppForm {
        name: app.name.clone(),
        client_id: app.client_id.clone(),
        scopes: scopes.split(' ').map(str::to_owned).collect(),
        ..AppForm::default()
    };
    edit::edit(&ines, app.id, &form).await?;
    Ok(())
}

/// A campaign asks for it, and goes on beyond the end of the story.
async fn campaign(s: &mut Stage<'_>, customers: &Customers) -> Result<()> {
    let (harbour, _) = HARBOUR;
    // One mailbox is gone; its mail comes back.
    let mailbox = s.simulator.mailbox();
    if let Some(mailbox) = mailbox {
        mailbox.behave(|to| {
            to.refuses.insert("mint-and-moss.example".to_owned());
        });
    }
    s.until(6, 9, 30).await?;
    let jonas = s.actor(&JONAS, harbour).await?;
    let form = CampaignForm {
        app: LOYALTY.to_owned(),
        name: "Tags for loyalty levels".to_owned(),
        audience: Audience::MissingPermissions,
        chosen: None,
        message: Some(
            "Hello, {app} can now write a customer's level as a tag. It needs one more permission on {subdomain}; one click gives it. {sender}"
                .to_owned(),
        ),
        days: 14,
        remind_after: Some(4),
    };
    campaigns::create(&jonas, &form).await?;
    s.work().await?;
    approve(s, customers, (6, 14), &["acme-outfitters"]).await?;

    s.until(5, 12, 0).await?;
    // It is refused alone, as if it were suspended; other accounts work.
    s.simulator
        .account("nordlys")
        .fail_always(Endpoint::Token, Fault::status(401));
    s.until(4, 10, 0).await?;
    let wish = SnoozeWish {
        until: Until::At(s.services.now().plus(Span::days(14))),
        reason: "Their new admin starts in two weeks.".to_owned(),
    };
    s.snooze(&JONAS, harbour, "atelier-nord", wish).await?;
    approve(s, customers, (4, 11), &["cedar-coffee", "edelstoff"]).await?;
    approve(s, customers, (3, 10), &["bonne-mine", "coral-and-co"]).await?;
    s.until(3, 13, 0).await?;
    // It was never connected: it is invited, and never finishes.
    s.send_link(&PRIYA, harbour, RETURNS, "new-dawn").await?;
    s.until(3, 20, 0).await?;
    deactivate(s, "maison-lumiere");
    // From here on, Gorgias refuses the secret of this app, and nobody has found out why.
    s.until(2, 9, 45).await?;
    s.simulator.refuse_client(REVIEWS, true);
    s.until(2, 10, 15).await?;
    finds_lost(s, "maison-lumiere").await?;
    s.send_link(&PRIYA, harbour, RETURNS, "maison-lumiere")
        .await?;
    // The reminder came at half past nine.
    approve(s, customers, (2, 15), &["juniper-home"]).await?;
    s.until(2, 16, 0).await?;
    s.open_link(customers.contact("golden-hour-tea")?).await?;
    s.until(2, 17, 0).await?;
    s.job(&INES, harbour, Work::Export, AccountsQuery::default())
        .await
}

async fn approve(
    s: &mut Stage<'_>,
    customers: &Customers,
    (days, hour): (i64, i64),
    accounts: &[&str],
) -> Result<()> {
    for (minute, account) in (0..).step_by(13).zip(accounts) {
        s.until(days, hour, minute).await?;
        s.approve_by_link(LOYALTY, customers.contact(account)?)
            .await?;
    }
    Ok(())
}

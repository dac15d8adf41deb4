//! Pages made from sample data.

use super::super::*;
use super::sample::*;
use crate::shell::{PublicLayout, SignedInLayout};
use domain::{
    event::{Actor, Happening},
    health::Health,
    scope_catalogue::basics,
    time::Span,
};
use leptos::prelude::*;

pub(super) fn accounts() -> impl IntoView {
    view! {
        <SignedInLayout frame=frame(NavItem::Accounts) title="Accounts" wide=true>
            <PageHead
                title="Accounts"
                actions=view! {
                    <LinkButton href="#csv">"Export CSV"</LinkButton>
                    <LinkButton href="#new" kind=Kind::Primary icon=Glyph::Plus>
                        "Connect an account"
                    </LinkButton>
                }
                .into_any()
            />
            <Tabs label="Views" items=vec![Tab::new("All", "#").count(44).current(true), Tab::new("Need you", "#need").count(7), Tab::new("Fine", "#fine").count(32)]/>
            <form class="toolbar" id="filters" role="search" aria-label="Filter accounts">
                <div class="search">
                    <Icon name=Glyph::Search/>
                    <input type="search" name="q" aria-label="Name or subdomain" placeholder="Name or subdomain"/>
                </div>
                <FilterMenu
                    label="Health"
                    name="health"
                    options=Health::ALL.map(|h| Choice::new(h.code(), h.label()).count(3)).to_vec()
                />
                <FilterChip label="Asks for" value="customers:read" remove="#"/>
                <p class="actions sub">"44 of 48 accounts"</p>
            </form>
            <form class="form" method="post">
                <div class="table-wrap">
                    <table class="table accounts">
                        <caption class="sr">"Connected Gorgias accounts, sorted by name"</caption>
                        <thead>
                            <tr>
                                <td></td>
                                <SortHeader label="Account" value="-account" form="filters" dir=Dir::Ascending class="c-name"/>
                                <SortHeader label="Health" value="health" form="filters" class="c-health"/>
                                <th scope="col" class="c-app">"App"</th>
                                <SortHeader label="Last fine" href="?sort=fine"/>
                                <th scope="col" class="c-history">"14 days"</th>
                                <td><span class="sr">"Action"</span></td>
                            </tr>
                        </thead>
                        <tbody>{ACCOUNTS.map(account_row).into_iter().collect_view()}</tbody>
                    </table>
                </div>
                <Pager label="Pages of accounts" summary="1–9 of 44" prev=None next=Some("?after=x".into())/>
            </form>
            <LoadFailed what="The list couldn't be loaded." why="The database took longer than 5 s. Your filters are kept." retry="?"/>
            <NoMatch what="No account is Retrying and asks for tags:write." clear="?"/>
        </SignedInLayout>
    }
}

pub(super) fn account() -> impl IntoView {
    let event = |happening: Happening, actor: Actor, hours| {
        TimelineEvent::of(&happening, &actor, ago(hours))
    };
    let changed = |from, to, cause: &str| Happening::HealthChanged {
        from,
        to,
        cause: cause.into(),
    };
    let events = vec![
        event(
            Happening::Checked {
                result: "still refused".into(),
            },
            Actor::Person {
                name: "Jonas Weber".into(),
            },
            4,
        ),
        event(
            changed(
                Health::Working,
                Health::Disconnected,
                "refused twice, 90 s apart",
            ),
            Actor::Worker,
            49,
        ),
        event(
            Happening::Connected {
                granted: scopes("openid tickets:read"),
            },
            Actor::Customer { name: None },
            1900,
        ),
    ];
    let requested = scopes(
        "openid email offline account:read customers:read custom_fields:read tags:read tags:write tickets:read tickets:write",
    );
    let granted = scopes(
        "openid email offline account:read customers:read tickets:read tickets:write satisfaction_survey:read ai_agents:read write:all",
    );
    let history = days("WWWWWWWWWWWDDD");
    view! {
        <SignedInLayout frame=frame(NavItem::Accounts) title="Acme Outdoor">
            <PageHead
                title="Acme Outdoor"
                crumbs=vec![Crumb::new("Accounts", "/t/parcelwise/accounts")]
                meta=view! {
                    <a href="https://acme.gorgias.com/" rel="noreferrer">"acme.gorgias.com" <Icon name=Glyph::External/></a>
                    <span><Icon name=Glyph::Apps/> "Returns"</span>
                    <span><Icon name=Glyph::User/> "Approved by Ann Lee"</span>
                }
                .into_any()
                actions=view! { <PostButton action="#check" icon=Glyph::Retrying>"Check now"</PostButton> }.into_any()
            />
            <Reason
                health=Health::Disconnected
                title="Gorgias refused our access 2 days ago. Usually someone deactivated the app."
                action=view! {
                    <LinkButton href="#send" kind=Kind::Primary size=Size::Large icon=Glyph::Send>
                        "Send reconnect link"
                    </LinkButton>
                }
                .into_any()
            >
                <p>"Nothing has synced since " <Moment at=ago(49)/> ". Only an admin at Acme can approve us again."</p>
                <Outcome health=Health::Working><b>"Link sent"</b> " to mira@acme.example"</Outcome>
            </Reason>
            <Facts big=true>
                <Fact term="Last fine" detail=view! { <Moment at=ago(49)/> }.into_any()>"2 days ago"</Fact>
                <Fact term="Next check" detail=view! { <Moment at=NOW.plus(Span::minutes(94))/> }.into_any()>"in 1 h 34 min"</Fact>
                <Fact term="Healthy, 14 days" detail="49 h lost, 1 outage".into_any()>"85 %"</Fact>
            </Facts>
            <div class="split">
                <div>
                    <Panel
                        id="permissions"
                        title="Permissions"
                        aside=view! { <p class="sub">"10 asked for · 10 granted"</p> }.into_any()
                        footer=view! { <span>"Old ones go with the next link"</span> <a href="#app">"What Returns asks for"</a> }.into_any()
                    >
                        <Callout health=Health::Limited action=view! { <a href="#app">"Plan for all accounts"</a> }.into_any()>
                            <p><b>"Old permission " <code>"write:all"</code> " can go."</b> " Gorgias will remove it."</p>
                        </Callout>
                        <ScopeTable caption="Permissions of Acme Outdoor by resource" groups=scope_groups(&requested, &granted)/>
                    </Panel>
                    <Panel id="timeline" title="Timeline" class="timeline">
                        <Timeline days=TimelineDay::group(events, NOW) now=NOW/>
                    </Panel>
                </div>
                <div>
                    <Panel id="history" title="14 days" aside=view! { <span class="sub">"Taller is worse"</span> }.into_any()>
                        <div class="body"><HealthStrip first=history.last_day() - 13 days=history.days().to_vec()/> <HealthStripLegend days=history.days().to_vec()/></div>
                    </Panel>
                    <Panel id="links" title="Links">
                        <ul class="rows" role="list">
                            <li>
                                <span>"To " <b>"ann.lee@acme.example"</b></span>
                                <Steps steps=vec![Step::done("Sent 2 days ago"), Step::done("Opened"), Step::open("Approved")]/>
                                <span class="sub">"Expires Sun 29 Nov 2026, 10:02 UTC"</span>
                            </li>
                        </ul>
                    </Panel>
                    <Panel id="tokens" title="Tokens">
                        <Facts list=true body=true>
                            <Fact term="Access token" detail="Ended yesterday".into_any()><SecretMask fingerprint="7f3c 19ae"/></Fact>
                            <Fact term="Refresh token"><SecretMask/></Fact>
                        </Facts>
                    </Panel>
                    <PanelFailed id="who" title="Who read them" what="The list couldn't be loaded." why="The database took longer than 5 s." retry="#"/>
                </div>
            </div>
        </SignedInLayout>
    }
}

pub(super) fn overview() -> impl IntoView {
    let chart = (0..14)
        .map(|i| ChartDay {
            day: ago((13 - i) * 24),
            counts: vec![
                (Health::Disconnected, 1 + i as u64 / 5),
                (Health::Limited, 2),
                (Health::Retrying, if i == 7 { 9 } else { 0 }),
                (Health::Working, 36),
            ],
        })
        .collect::<Vec<_>>();
    view! {
        <SignedInLayout frame=frame(NavItem::Overview) title="Overview">
            <PageHead title="7 accounts need you" lead="5 more wait for their customer. 36 of 48 are fine." actions=view! { <LinkButton href="#first" kind=Kind::Primary>"Fix the first one"</LinkButton> }.into_any()/>
            <div class="split">
                <div>
                    <section class="panel" aria-labelledby="needs">
                        <h2 id="needs" class="sr">"What needs you"</h2>
                        <ol class="rows needs" role="list">
                            {ACCOUNTS.map(|(name, subdomain, health, reason, _)| view! {
                                <li>
                                    <HealthBadge health/>
                                    <div><a class="name" href="#">{if name.is_empty() { subdomain } else { name }}</a> " " <span class="sub">{format!("{subdomain} · Returns")}</span> <p>{reason}</p></div>
                                    <TimeTag at=ago(49) now=NOW/>
                                    <LinkButton href="#send" size=Size::Small about=name>"Send link"</LinkButton>
                                </li>
                            }).into_iter().collect_view()}
                        </ol>
                    </section>
                    <Panel id="days" title="Accounts by state, 14 days" aside=view! { <span class="sub">"Each counted once a day, in its worst state"</span> }.into_any()>
                        <div class="body"><HealthChart days=chart/></div>
                    </Panel>
                </div>
                <div>
                    <Panel id="states" title="By state" aside=view! { <span class="sub">"48 accounts"</span> }.into_any()>
                        <Ledger rows=Health::ALL.map(|health| LedgerRow { href: "#".into(), health, icon: health.into(), label: health.label().into(), count: "4".into() }).to_vec()/>
                    </Panel>
                    <Panel id="steps" title="Getting started" aside=view! { <span class="sub">"1 of 3 done"</span> }.into_any()>
                        <Checklist>
                            <CheckItem number=1 done=true title="Owner created"/>
                            <CheckItem number=2 current=true title="Register it at Gorgias"><p>"Paste these two addresses into its form, unchanged."</p></CheckItem>
                            <CheckItem number=3 title="Connect a sandbox account"/>
                        </Checklist>
                    </Panel>
                    <Panel id="accounts" title="Accounts">
                        <Empty icon=Glyph::Accounts title="Nothing connected yet" action=view! { <LinkButton href="#">"Connect the first"</LinkButton> }.into_any()>
                            <p>"Accounts appear here as customers install your app."</p>
                        </Empty>
                    </Panel>
                </div>
            </div>
        </SignedInLayout>
    }
}

pub(super) fn app() -> impl IntoView {
    view! {
        <SignedInLayout frame=frame(NavItem::Apps) title="Returns">
            <PageHead title="Returns" crumbs=vec![Crumb::new("Apps", "/t/parcelwise/apps")] actions=view! { <PostButton action="#" kind=Kind::Primary icon=Glyph::Flask>"Test credentials"</PostButton> }.into_any()/>
            <div class="split">
                <div>
                    <Panel id="addresses" title="For the partners' portal" aside=view! { <span class="sub">"Paste both, unchanged"</span> }.into_any()>
                        <div class="body">
                            <CopyField id="app-url" label="App URL" value="https://mooring.parcelwise.example/oauth/returns/install" hint="“Connect app” in the helpdesk sends the customer here.">
                                <button type="button" class="button"><Icon name=Glyph::Copy/> "Copy"</button>
                            </CopyField>
                            <CopyField id="redirect" label="Redirect URI" value="https://mooring.parcelwise.example/oauth/returns/callback"/>
                        </div>
                    </Panel>
                    <form class="panel" method="post" aria-labelledby="asks">
                        <header><h2 id="asks">"Permissions it asks for"</h2></header>
                        <ScopePicker asked=basics() caption="Permissions that Returns asks for, by resource"/>
                        <footer><span>"Customers see this list in plain words"</span><Button>"Save permissions"</Button></footer>
                    </form>
                </div>
                <div>
                    <Panel id="edit" title="Edit">
                        <form class="body" method="post">
                            <Field name="name" label="Name" value="Returns" required=true/>
                            <Field name="client_id" label="Client ID" value="acme.gorgias.com/" hint="From the partners' portal" error="Only letters and digits" plain=true/>
                            <TextArea name="note" label="Your words" value="Hi Mira" rows=2/>
                            <Select name="encoding" label="Basic credentials" options=vec![Choice::new("raw", "Raw"), Choice::new("form", "Form-encoded")] value="form"/>
                            <Radios name="role" legend="Role" options=vec![Choice::new("success", "Customer success").hint("Sends reconnect links"), Choice::new("viewer", "Viewer")] value="viewer" error="Choose one"/>
                            <Segments name="days" legend="Works until" options=vec![Choice::new("1", "1 day"), Choice::new("7", "7 days")] value="7" hint="Tue 1 Dec 2026"/>
                            <Checkbox name="pkce" label="PKCE" hint="Off by default" checked=true/>
                            <p class="actions"><Button kind=Kind::Primary name="do" value="save">"Save"</Button> <Button kind=Kind::Quiet plain=true>"Undo"</Button></p>
                        </form>
                    </Panel>
                    <Panel id="slot" title="Secret A" level=3 aside=view! { <Badge icon=Glyph::Flask>"Tested, not in use"</Badge> }.into_any()>
                        <p class="body sub">"Serves 31 accounts"</p>
                    </Panel>
                    <Confirm id="delete" title="Disconnect Acme Outdoor?" footer=view! { <LinkButton href="#">"Keep it"</LinkButton> <Button kind=Kind::Destroy>"Disconnect Acme Outdoor"</Button> }.into_any()>
                        <p>"Returns stops syncing with " <b>"acme"</b> " at once."</p>
                    </Confirm>
                </div>
            </div>
        </SignedInLayout>
    }
}

pub(super) fn signin() -> impl IntoView {
    view! {
        <PublicLayout title="Sign in" footer="No account? Ask your tenant's owner for an invitation.".into_any()>
            <h1>"Sign in"</h1>
            <form class="form" method="post">
                <Field name="email" label="E-mail" kind="email" autocomplete="username" plain=true required=true/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true error="E-mail or password is wrong."/>
                <Button kind=Kind::Primary wide=true>"Sign in"</Button>
            </form>
        </PublicLayout>
    }
}

pub(super) fn reconnect() -> impl IntoView {
    view! {
        <PublicLayout title="Reconnect acme.gorgias.com" brand=service::TenantBrand::named("Parcelwise") wide=true noindex=true footer="Parcelwise never sees your Gorgias password.".into_any()>
            <header>
                <h1>"Reconnect acme" <span class="sub">".gorgias.com"</span></h1>
                <p>"Parcelwise Returns lost its access to your helpdesk. Usually someone deactivated the app."</p>
            </header>
            <form method="post">
                <Button kind=Kind::Primary size=Size::Large wide=true>"Continue to Gorgias"</Button>
                <p class="sub">"You need to be an admin of " <b>"acme"</b> " at Gorgias."</p>
            </form>
            <section aria-labelledby="asks">
                <h2 id="asks">"What Returns asks for"</h2>
                <ul role="list"><li><Icon name=Glyph::Eye/><b>"See"</b>" tickets and views, customers, tags"</li><li><Icon name=Glyph::Edit/><b>"Change"</b>" tickets and their tags"</li></ul>
            </section>
            <Facts><Fact term="This link works until" detail="in 7 days, for one approval".into_any()><Moment at=NOW.plus(Span::days(7))/></Fact></Facts>
        </PublicLayout>
    }
}

//! The list of all addresses of pages and forms. Links, forms, redirects and both
//! routers use it.

use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch, StaticSegment};
use std::{borrow::Cow, fmt};

/// A path with variables, as axum writes it: `/t/{tenant}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(pub &'static str);

macro_rules! addresses {
    ($($(#[$doc:meta])* $constant:ident $variant:ident $({ $($part:ident),+ })? = $pattern:literal;)+) => {
        /// An address of Mooring. `Display` percent-encodes its variables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Address<'a> {
            $($(#[$doc])* $variant $({ $(#[doc = "A variable of the path."] $part: &'a str),+ })?,)+
        }

        impl<'a> Address<'a> {
            $($(#[$doc])* pub const $constant: Pattern = Pattern($pattern);)+

            /// The patterns of all addresses.
            pub const PATTERNS: &'static [Pattern] = &[$(Self::$constant),+];

            /// The router's pattern of this address.
            pub const fn pattern(&self) -> Pattern {
                match self {
                    $(Self::$variant $({ $($part: _),+ })? => Self::$constant,)+
                }
            }

            /// The value of a variable.
            fn part(&self, name: &str) -> &'a str {
                match self {
                    $(Self::$variant $({ $($part),+ })? => {
                        let parts: &[(&str, &'a str)] = &[$($((stringify!($part), *$part)),+)?];
                        let found = parts.iter().find(|(part, _)| *part == name);
                        found.map_or("", |(_, value)| value)
                    })+
                }
            }

            /// One address of each kind, with `value` for every variable.
            #[cfg(test)]
            fn each(value: &'a str) -> Vec<Self> {
                vec![$(Self::$variant $({ $($part: value),+ })?),+]
            }
        }
    };
}

addresses! {
    /// The most useful page for this visitor.
    HOME Home = "/";
    /// The set-up of a new installation.
    SETUP Setup = "/setup";
    /// The sign-in.
    SIGN_IN SignIn = "/signin";
    /// The second step of a sign-in.
    SECOND_STEP SecondStep = "/signin/second";
    /// Asks a person who is signed in whether it is still them.
    CONFIRM Confirm = "/confirm";
    /// The challenge that a passkey answers.
    PASSKEY_CHALLENGE PasskeyChallenge = "/passkeys/challenge";
    /// The sign-in with a passkey.
    SIGN_IN_PASSKEY SignInPasskey = "/signin/passkey";
    /// A confirmation with a passkey.
    CONFIRM_PASSKEY ConfirmPasskey = "/confirm/passkey";
    /// Single sign-on, where the tenant is typed.
    SSO Sso = "/sso";
    /// The beginning of a tenant's single sign-on.
    SSO_START SsoStart { tenant } = "/sso/{tenant}/start";
    /// The redirect URI of a tenant's single sign-on.
    SSO_CALLBACK SsoCallback { tenant } = "/sso/{tenant}/callback";
    /// The end of a session.
    SIGN_OUT SignOut = "/signout";
    /// The choice of a theme.
    THEME Theme = "/theme";
    /// The keys that pages know.
    KEYBOARD Keyboard = "/keyboard";
    /// A person's own account.
    ME Me = "/me";
    /// A person's password.
    MY_PASSWORD MyPassword = "/me/password";
    /// A person's passkeys.
    MY_PASSKEYS MyPasskeys = "/me/passkeys";
    /// The name of a passkey.
    NAME_PASSKEY NamePasskey = "/me/passkeys/name";
    /// The end of a passkey.
    REMOVE_PASSKEY RemovePasskey { id } = "/me/passkeys/{id}/remove";
    /// The set-up of a person's authenticator app.
    AUTHENTICATOR Authenticator = "/me/authenticator";
    /// The beginning of that set-up, with a new key.
    BEGIN_AUTHENTICATOR BeginAuthenticator = "/me/authenticator/begin";
    /// The end of a person's authenticator app.
    END_AUTHENTICATOR EndAuthenticator = "/me/authenticator/end";
    /// New recovery codes.
    RECOVERY_CODES RecoveryCodes = "/me/recovery-codes";
    /// The end of a person's other sessions.
    END_OTHER_SESSIONS EndOtherSessions = "/me/sessions/end";
    /// The end of one session.
    END_SESSION EndSession { key } = "/me/sessions/{key}/end";
    /// The end of a person's link to a tenant's single sign-on.
    END_SSO_LINK EndSsoLink { tenant } = "/me/sso/{tenant}/end";
    /// The tenants of a person.
    TENANTS Tenants = "/t";
    /// The accounts that need a person.
    OVERVIEW Overview { tenant } = "/t/{tenant}";
    /// Changes of a tenant, as events.
    LIVE Live { tenant } = "/t/{tenant}/live";
    /// Accounts, apps and pages by name.
    SEARCH Search { tenant } = "/t/{tenant}/search";
    /// Every account.
    ACCOUNTS Accounts { tenant } = "/t/{tenant}/accounts";
    /// An account to be connected.
    CONNECT Connect { tenant } = "/t/{tenant}/accounts/connect";
    /// A link for an account that was never connected.
    LINKS Links { tenant } = "/t/{tenant}/accounts/links";
    /// A CSV file with what is known of customers.
    IMPORT_ACCOUNTS ImportAccounts { tenant } = "/t/{tenant}/accounts/import";
    /// An account, whatever it is connected to.
    ANY_ACCOUNT AnyAccount { tenant, subdomain } = "/t/{tenant}/accounts/{subdomain}";
    /// One account.
    ACCOUNT Account { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}";
    /// A check of an account.
    CHECK Check { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/check";
    /// An authorization by an operator.
    AUTHORIZE Authorize { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/authorize";
    /// The end of a connection.
    DISCONNECT Disconnect { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/disconnect";
    /// The removal of a connection.
    ERASE Erase { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/erase";
    /// What is known of the customer behind an account.
    CUSTOMER Customer { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/customer";
    /// A snooze of an account.
    SNOOZE Snooze { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/snooze";
    /// The end of a snooze.
    WAKE Wake { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/wake";
    /// Who looks after an account.
    LOOK_AFTER LookAfter { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/look-after";
    /// A link for an account.
    ACCOUNT_LINKS AccountLinks { tenant, app, subdomain } = "/t/{tenant}/accounts/{app}/{subdomain}/links";
    /// The end of a link.
    REVOKE_LINK RevokeLink { tenant, app, subdomain, id } = "/t/{tenant}/accounts/{app}/{subdomain}/links/{id}/revoke";
    /// Links for many accounts.
    CAMPAIGNS Campaigns { tenant } = "/t/{tenant}/campaigns";
    /// A campaign to be begun.
    NEW_CAMPAIGN NewCampaign { tenant } = "/t/{tenant}/campaigns/new";
    /// One campaign.
    CAMPAIGN Campaign { tenant, id } = "/t/{tenant}/campaigns/{id}";
    /// Pause, resume or end of a campaign.
    CAMPAIGN_STEP CampaignStep { tenant, id, step } = "/t/{tenant}/campaigns/{id}/{step}";
    /// The bulk jobs; its form starts one.
    JOBS Jobs { tenant } = "/t/{tenant}/jobs";
    /// One bulk job.
    JOB Job { tenant, job } = "/t/{tenant}/jobs/{job}";
    /// The end of a bulk job before its time.
    STOP_JOB StopJob { tenant, job } = "/t/{tenant}/jobs/{job}/stop";
    /// Another job with the accounts that failed.
    RETRY_JOB RetryJob { tenant, job } = "/t/{tenant}/jobs/{job}/retry";
    /// A job that takes back what this one changed.
    UNDO_JOB UndoJob { tenant, job } = "/t/{tenant}/jobs/{job}/undo";
    /// The file of an export.
    JOB_FILE JobFile { tenant, job } = "/t/{tenant}/jobs/{job}/file";
    /// The saved views of the accounts list; its form saves another.
    VIEWS Views { tenant } = "/t/{tenant}/views";
    /// One saved view; its form gives another name.
    VIEW View { tenant, id } = "/t/{tenant}/views/{id}";
    /// The end of a saved view.
    REMOVE_VIEW RemoveView { tenant, id } = "/t/{tenant}/views/{id}/remove";
    /// The columns of the accounts list that a person chooses for themselves.
    COLUMNS Columns { tenant } = "/t/{tenant}/columns";
    /// Every app.
    APPS Apps { tenant } = "/t/{tenant}/apps";
    /// An app to be added.
    NEW_APP NewApp { tenant } = "/t/{tenant}/apps/new";
    /// One app: how it is, and what comes next.
    APP App { tenant, app } = "/t/{tenant}/apps/{app}";
    /// The credentials of an app.
    APP_CREDENTIALS AppCredentials { tenant, app } = "/t/{tenant}/apps/{app}/credentials";
    /// What an app asks for.
    APP_PERMISSIONS AppPermissions { tenant, app } = "/t/{tenant}/apps/{app}/permissions";
    /// The accounts of an app.
    APP_ACCOUNTS AppAccounts { tenant, app } = "/t/{tenant}/apps/{app}/accounts";
    /// The settings of an app.
    APP_SETTINGS AppSettings { tenant, app } = "/t/{tenant}/apps/{app}/settings";
    /// The removal of an app.
    REMOVE_APP RemoveApp { tenant, app } = "/t/{tenant}/apps/{app}/remove";
    /// An operator's word that an app's credentials are right.
    REFUSALS Refusals { tenant, app } = "/t/{tenant}/apps/{app}/refusals";
    /// An app's client secret, shown.
    REVEAL Reveal { tenant, app } = "/t/{tenant}/apps/{app}/reveal";
    /// The next client secret.
    SECRET Secret { tenant, app } = "/t/{tenant}/apps/{app}/secret";
    /// A step with a client secret.
    SECRET_STEP SecretStep { tenant, app, step } = "/t/{tenant}/apps/{app}/secret/{step}";
    /// What accounts have granted.
    SCOPES Scopes { tenant } = "/t/{tenant}/scopes";
    /// Tokens of the machine API.
    API_TOKENS ApiTokens { tenant } = "/t/{tenant}/api-tokens";
    /// Another secret for a token.
    ROTATE_API_TOKEN RotateApiToken { tenant, id } = "/t/{tenant}/api-tokens/{id}/rotate";
    /// The end of a token's old secret.
    END_OLD_API_TOKEN EndOldApiToken { tenant, id } = "/t/{tenant}/api-tokens/{id}/end-old";
    /// The end of a token.
    REVOKE_API_TOKEN RevokeApiToken { tenant, id } = "/t/{tenant}/api-tokens/{id}/revoke";
    /// The members, and the form that invites more.
    MEMBERS Members { tenant } = "/t/{tenant}/members";
    /// One member.
    MEMBER Member { tenant, person } = "/t/{tenant}/members/{person}";
    /// The removal of a member.
    REMOVE_MEMBER RemoveMember { tenant, person } = "/t/{tenant}/members/{person}/remove";
    /// A new address for an invitation.
    RENEW_INVITATION RenewInvitation { tenant, id } = "/t/{tenant}/invitations/{id}/renew";
    /// The end of an invitation.
    WITHDRAW_INVITATION WithdrawInvitation { tenant, id } = "/t/{tenant}/invitations/{id}/withdraw";
    /// The audit.
    AUDIT Audit { tenant } = "/t/{tenant}/audit";
    /// The audit as a file.
    EXPORT_AUDIT ExportAudit { tenant } = "/t/{tenant}/audit/export";
    /// The encryption keys.
    KEYS Keys { tenant } = "/t/{tenant}/keys";
    /// The settings of a tenant; its form gives another name.
    SETTINGS Settings { tenant } = "/t/{tenant}/settings";
    /// Colours and contact of a tenant.
    SETTINGS_BRAND SettingsBrand { tenant } = "/t/{tenant}/settings/brand";
    /// The logo of a tenant.
    SETTINGS_LOGO SettingsLogo { tenant } = "/t/{tenant}/settings/logo";
    /// The end of a logo.
    REMOVE_LOGO RemoveLogo { tenant } = "/t/{tenant}/settings/logo/remove";
    /// The words of mails.
    SETTINGS_MAIL SettingsMail { tenant } = "/t/{tenant}/settings/mail";
    /// A test mail.
    SETTINGS_TEST_MAIL SettingsTestMail { tenant } = "/t/{tenant}/settings/mail/test";
    /// The life of links, and the time zone.
    SETTINGS_LINKS SettingsLinks { tenant } = "/t/{tenant}/settings/links";
    /// How long things are kept.
    SETTINGS_RETENTION SettingsRetention { tenant } = "/t/{tenant}/settings/retention";
    /// Whether everybody needs a second factor.
    SETTINGS_SECOND_FACTOR SettingsSecondFactor { tenant } = "/t/{tenant}/settings/second-factor";
    /// The deletion of a tenant.
    DELETE_TENANT DeleteTenant { tenant } = "/t/{tenant}/settings/delete";
    /// Brings a deleted tenant back.
    RESTORE_TENANT RestoreTenant { tenant } = "/t/{tenant}/restore";
    /// The style sheet of a tenant's brand.
    BRAND_STYLE BrandStyle { name } = "/brand/{name}/style.css";
    /// The logo of a tenant's brand.
    BRAND_LOGO BrandLogo { name } = "/brand/{name}/logo";
    /// The settings of single sign-on.
    SETTINGS_SSO SettingsSso { tenant } = "/t/{tenant}/settings/sso";
    /// A question to the provider of single sign-on.
    TRY_SSO TrySso { tenant } = "/t/{tenant}/settings/sso/try";
    /// The end of single sign-on.
    END_SSO EndSso { tenant } = "/t/{tenant}/settings/sso/off";
    /// A person who was removed is let in by single sign-on again.
    ADMIT_BY_SSO AdmitBySso { tenant, person } = "/t/{tenant}/settings/sso/admit/{person}";
    /// An invitation to a tenant.
    INVITATION Invitation { token } = "/invite/{token}";
    /// The request for a link to set a new password.
    RESET_ASK ResetAsk = "/reset";
    /// What to do after such a request.
    RESET_SENT ResetSent = "/reset/sent";
    /// A link to set a new password.
    RESET Reset { token } = "/reset/{token}";
    /// A reconnect link.
    RECONNECT Reconnect { token } = "/r/{token}";
    /// Notes that a reconnect link was opened.
    OPENED Opened { token } = "/r/{token}/opened";
    /// The App URL of an app.
    INSTALL Install { app } = "/oauth/{app}/install";
    /// The redirect URI of an app.
    CALLBACK Callback { app } = "/oauth/{app}/callback";
    /// The result of an authorization.
    RESULT Result { app, authorization } = "/oauth/{app}/result/{authorization}";
    /// Begins an authorization again that failed.
    RESULT_AGAIN ResultAgain { app, authorization } = "/oauth/{app}/result/{authorization}/again";
    /// Asks which account to connect.
    WHICH_ACCOUNT WhichAccount = "/oauth/account";
    /// Explains a problem.
    PROBLEM Problem = "/oauth/problem";
}

impl Pattern {
    /// Whether this is the pattern of a path.
    pub(crate) fn is_of(self, path: &str) -> bool {
        PossibleRouteMatch::test(&self, path).is_some_and(|found| found.is_complete())
    }

    /// Its segments, in order.
    fn segments(self) -> impl Iterator<Item = Segment> {
        let segments = self.0.split('/').filter(|segment| !segment.is_empty());
        segments.map(
            |segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(name) => Segment::Variable(name),
                None => Segment::Word(segment),
            },
        )
    }
}

enum Segment {
    Word(&'static str),
    Variable(&'static str),
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut segments = self.pattern().segments().peekable();
        if segments.peek().is_none() {
            return f.write_str("/");
        }
        segments.try_for_each(|segment| match segment {
            Segment::Word(word) => write!(f, "/{word}"),
            Segment::Variable(name) => write!(f, "/{}", encode(self.part(name), false)),
        })
    }
}

/// Leptos' router uses a pattern as its route.
impl PossibleRouteMatch for Pattern {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        let mut rest = path;
        let mut values = Vec::new();
        for segment in self.segments() {
            let found = match segment {
                Segment::Word(word) => StaticSegment(word).test(rest)?,
                Segment::Variable(name) => leptos_router::ParamSegment(name).test(rest)?,
            };
            rest = found.remaining();
            values.extend(found.params());
        }
        let matched = &path[..path.len() - rest.len()];
        Some(PartialPathMatch::new(rest, values, matched))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        path.extend(self.segments().map(|segment| match segment {
            Segment::Word(word) => PathSegment::Static(Cow::Borrowed(word)),
            Segment::Variable(name) => PathSegment::Param(Cow::Borrowed(name)),
        }));
    }
}

/// Percent-encodes a value of a query (RFC 3986 2.1).
pub(crate) fn escape(text: &str) -> String {
    encode(text, true)
}

fn encode(text: &str, slash: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte.into());
            }
            b'/' if slash => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_matched_by_its_pattern_and_no_other_word() {
        for value in ["acme", "a/b c?d#e%f", "ü"] {
            for address in Address::each(value) {
                let path = address.to_string();
                let found = address.pattern().test(&path);
                let found = found.unwrap_or_else(|| panic!("{address:?}: {path}"));
                assert!(found.is_complete(), "{address:?}: {path}");
                for (name, part) in found.params() {
                    assert_eq!(address.part(&name), value);
                    assert_eq!(part, encode(value, false), "{address:?}");
                }
            }
        }
        assert!(Address::APP.test("/t/acme/accounts/shop").is_none());
    }

    #[test]
    fn patterns_are_there_once() {
        let mut patterns = Address::PATTERNS.to_vec();
        patterns.sort();
        patterns.dedup();
        assert_eq!(patterns.len(), Address::PATTERNS.len());
    }

    #[test]
    fn the_way_back_survives_the_query() {
        assert_eq!(
            escape("/t/x/accounts?q=a&b=c d"),
            "/t/x/accounts%3Fq%3Da%26b%3Dc%20d"
        );
    }
}

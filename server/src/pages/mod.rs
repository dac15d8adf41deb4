//! Pages and their forms, one file for each page. A form that succeeds is answered
//! with 303, to a page that shows the outcome. One that fails is answered with its
//! page, the typed values and the errors.

mod account;
mod answered;
mod api_tokens;
mod app_parts;
mod app_secrets;
mod apps;
mod audit;
mod campaigns;
mod claimed_form;
mod confirm;
mod connect;
mod customer;
mod erase;
mod factors;
mod home;
mod import;
mod invitation;
mod jobs;
mod keyboard;
mod keys;
mod me;
mod members;
mod passkeys;
mod posted;
mod posted_file;
mod posted_form;
mod reconnect;
mod reset;
mod reveal;
mod second_step;
mod settings;
mod settings_sso;
mod setup;
mod signin;
mod signout;
mod snooze;
mod sso;
mod tenants;
mod theme;
mod views;

pub(crate) use crate::form::Form;
pub use answered::Answered;
pub use posted::Posted;
pub use posted_file::PostedFile;
pub use posted_form::PostedForm;

use crate::{
    failure::Failure,
    kept_form::KeptForm,
    middleware::{database_unavailable, refusals},
    state::AppState,
    visitor::Visitor,
};
use app::{
    address::{Address, Pattern},
    routes::PATHS,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header::SET_COOKIE},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{MethodRouter, get, post},
};

/// A path, and the handler of POST.
type FormRoute = (Pattern, fn() -> MethodRouter<AppState>);

/// All paths of forms. Besides these, only the machine API answers POST, so that
/// tests over all of these miss none.
const FORM_ROUTES: &[FormRoute] = &[
    (Address::SETUP, || post(setup::create_owner)),
    (Address::SIGN_IN, || post(signin::sign_in)),
    (Address::SIGN_IN_PASSKEY, || post(passkeys::sign_in)),
    (Address::SECOND_STEP, || post(second_step::show)),
    (Address::CONFIRM, || post(confirm::confirm)),
    (Address::CONFIRM_PASSKEY, || post(passkeys::confirm)),
    (Address::SETTINGS_SSO, || post(settings_sso::save)),
    (Address::TRY_SSO, || post(settings_sso::try_out)),
    (Address::END_SSO, || post(settings_sso::switch_off)),
    (Address::ADMIT_BY_SSO, || post(settings_sso::admit)),
    (Address::SSO, || post(sso::find)),
    (Address::SSO_START, || post(sso::start)),
    (Address::END_SSO_LINK, || post(sso::end_link)),
    (Address::SIGN_OUT, || post(signout::sign_out)),
    (Address::THEME, || post(theme::choose)),
    (Address::KEYBOARD, || post(keyboard::choose)),
    (Address::ME, || post(me::rename)),
    (Address::MY_PASSWORD, || post(me::change_password)),
    (Address::MY_PASSKEYS, || post(passkeys::add)),
    (Address::NAME_PASSKEY, || post(passkeys::rename)),
    (Address::REMOVE_PASSKEY, || post(passkeys::remove)),
    (Address::AUTHENTICATOR, || post(factors::finish)),
    (Address::BEGIN_AUTHENTICATOR, || post(factors::begin)),
    (Address::END_AUTHENTICATOR, || post(factors::switch_off)),
    (Address::RECOVERY_CODES, || post(factors::renew_codes)),
    (Address::END_OTHER_SESSIONS, || post(me::end_other_sessions)),
    (Address::END_SESSION, || post(me::end_session)),
    (Address::RECONNECT, || post(reconnect::continue_to_gorgias)),
    (Address::OPENED, || post(reconnect::opened)),
    (Address::RESULT_AGAIN, || post(reconnect::begin_again)),
    (Address::CONNECT, || post(connect::connect)),
    (Address::LINKS, || post(connect::send_link)),
    (Address::CHECK, || post(account::check)),
    (Address::AUTHORIZE, || post(account::authorize)),
    (Address::DISCONNECT, || post(account::disconnect)),
    (Address::ERASE, || post(erase::erase)),
    (Address::CUSTOMER, || post(customer::save)),
    (Address::IMPORT_ACCOUNTS, || post(import::import)),
    (Address::ANY_ACCOUNT, || post(customer::save_unconnected)),
    (Address::SNOOZE, || post(snooze::snooze)),
    (Address::WAKE, || post(snooze::wake)),
    (Address::LOOK_AFTER, || post(snooze::look_after)),
    (Address::ACCOUNT_LINKS, || post(account::create_link)),
    (Address::REVOKE_LINK, || post(account::revoke_link)),
    (Address::NEW_CAMPAIGN, || post(campaigns::begin)),
    (Address::CAMPAIGN_STEP, || post(campaigns::step)),
    (Address::JOBS, || post(jobs::start)),
    (Address::STOP_JOB, || post(jobs::stop)),
    (Address::RETRY_JOB, || post(jobs::retry)),
    (Address::UNDO_JOB, || post(jobs::undo)),
    (Address::JOB_FILE, || post(jobs::file)),
    (Address::VIEWS, || post(views::save)),
    (Address::VIEW, || post(views::rename)),
    (Address::REMOVE_VIEW, || post(views::remove)),
    (Address::COLUMNS, || post(views::columns)),
    (Address::NEW_APP, || post(apps::create)),
    (Address::APP_CREDENTIALS, || post(app_parts::credentials)),
    (Address::APP_PERMISSIONS, || post(app_parts::permissions)),
    (Address::APP_SETTINGS, || post(app_parts::settings)),
    (Address::REMOVE_APP, || post(apps::remove)),
    (Address::REFUSALS, || post(apps::accept_refusals)),
    (Address::REVEAL, || post(reveal::show)),
    (Address::SECRET, || post(app_secrets::add)),
    (Address::SECRET_STEP, || post(app_secrets::step)),
    (Address::API_TOKENS, || post(api_tokens::create)),
    (Address::ROTATE_API_TOKEN, || post(api_tokens::rotate)),
    (Address::END_OLD_API_TOKEN, || post(api_tokens::end_old)),
    (Address::REVOKE_API_TOKEN, || post(api_tokens::revoke)),
    (Address::MEMBERS, || post(members::invite)),
    (Address::MEMBER, || post(members::change)),
    (Address::REMOVE_MEMBER, || post(members::remove)),
    (Address::RENEW_INVITATION, || post(members::renew)),
    (Address::WITHDRAW_INVITATION, || post(members::withdraw)),
    (Address::INVITATION, || post(invitation::join)),
    (Address::RESET_ASK, || post(reset::ask)),
    (Address::RESET, || post(reset::set)),
    (Address::EXPORT_AUDIT, || post(audit::export)),
    (Address::KEYS, || post(keys::begin)),
    (Address::SETTINGS, || post(settings::rename)),
    (Address::SETTINGS_BRAND, || post(settings::brand)),
    (Address::SETTINGS_LOGO, || post(settings::logo)),
    (Address::REMOVE_LOGO, || post(settings::remove_logo)),
    (Address::SETTINGS_MAIL, || post(settings::mail)),
    (Address::SETTINGS_TEST_MAIL, || post(settings::test_mail)),
    (Address::SETTINGS_LINKS, || post(settings::links)),
    (Address::SETTINGS_RETENTION, || post(settings::retention)),
    (Address::SETTINGS_SECOND_FACTOR, || {
        post(settings::second_factor)
    }),
    (Address::TENANTS, || post(tenants::create)),
    (Address::DELETE_TENANT, || post(tenants::delete)),
    (Address::RESTORE_TENANT, || post(tenants::restore)),
];

/// The paths to which forms post.
pub fn form_paths() -> impl Iterator<Item = &'static str> {
    FORM_ROUTES.iter().map(|(pattern, _)| pattern.0)
}

/// Every page and every form.
pub fn routes(state: &AppState) -> Router<AppState> {
    let mut routes = Router::new()
        .route(Address::HOME.0, get(home::home))
        .route(Address::PASSKEY_CHALLENGE.0, get(passkeys::challenge))
        .route(Address::SSO_CALLBACK.0, get(sso::callback));
    for path in PATHS {
        routes = routes.route(path, get(show));
    }
    for &(pattern, form) in FORM_ROUTES {
        routes = routes.route(pattern.0, form());
    }
    routes
        .layer(from_fn_with_state(state.clone(), to_its_end))
        .layer(from_fn_with_state(state.clone(), refusals::record))
}

/// Any page; an unknown path gives the page for things that don't exist.
pub async fn show(visitor: Visitor, request: Request) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let outcome = visitor.outcome(&parts.uri).await?;
    let form = visitor.restored(&FORMS, parts.uri.path()).await?;
    let mut context = visitor.context(form, outcome);
    context.kept = visitor.kept().await?;
    let ended = visitor.had_session && visitor.person.is_none() && context.kept.is_none();
    let here = parts.uri.path().to_owned();
    let mut response = app::render(parts, context).await;
    if ended && response.status() == StatusCode::SEE_OTHER {
        // Redirects to the sign-in, which says why.
        let services = &visitor.state.services;
        let kept = KeptForm::page(services, &here);
        if let Some(cookie) = kept.cookie(services).await? {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The forms whose typed values are kept while the person signs in again.
pub(crate) const FORMS: [Form; 18] = [
    account::LINK,
    api_tokens::FORM,
    app_parts::CREDENTIALS,
    app_parts::PERMISSIONS,
    app_parts::SETTINGS,
    apps::CREATE,
    apps::REMOVE,
    campaigns::NEW,
    connect::CONNECT,
    connect::LINK,
    customer::CUSTOMER,
    members::INVITE,
    members::MEMBER,
    passkeys::ADD,
    settings::BRAND,
    settings::MAIL,
    settings::NAME,
    settings_sso::SSO,
];

/// Finishes a form's request even if the browser goes away: a second click ends the
/// first request, and the second one waits for the outcome of the first.
async fn to_its_end(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if request.method() == Method::POST {
        // The session store notes its failures in the task that calls it.
        let answered = database_unavailable::answer_in_place(request, next);
        Ok(state.to_its_end(answered).await?)
    } else {
        Ok(next.run(request).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_into_each_of_these_forms_is_kept() {
        assert!(FORMS.iter().all(|form| form.is_kept), "{FORMS:?}");
    }

    #[test]
    fn what_is_kept_is_in_the_list() {
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pages");
        let files = std::fs::read_dir(pages).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let sources = files.filter(|file| !file.ends_with("mod.rs"));
        let kept = sources.map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            text.matches(".kept()").count() - text.matches("visitor.kept()").count()
        });
        assert_eq!(kept.sum::<usize>(), FORMS.len());
    }
}

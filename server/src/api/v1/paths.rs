//! The variable parts of paths.

use serde::Deserialize;
use utoipa::IntoParams;

/// An app.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AppPath {
    /// The app's slug or id
    #[param(example = "returns")]
    pub app: String,
}

/// An account, whatever it is connected to.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CustomerPath {
    /// The account's name at Gorgias: the `acme-shop` of acme-shop.gorgias.com
    #[param(example = "acme-shop")]
    pub subdomain: String,
}

/// An account connected to an app.
#[derive(Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccountPath {
    /// The app's slug or id
    #[param(example = "returns")]
    pub app: String,
    /// The account's name at Gorgias: the `acme-shop` of acme-shop.gorgias.com
    #[param(example = "acme-shop")]
    pub subdomain: String,
}

/// A reconnect link.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct LinkPath {
    /// The link's id
    #[param(example = "019a9f00-0000-7000-8000-000000000002")]
    pub id: String,
}

/// A campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CampaignPath {
    /// The campaign's id
    #[param(example = "019a9f00-0000-7000-8000-000000000005")]
    pub id: String,
}

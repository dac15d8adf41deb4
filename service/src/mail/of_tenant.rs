//! What the mails of a tenant look like, and where answers go.

use super::Sender;
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{
        brand,
        tenant::{self, AnswersTo},
    },
    tenancy::Tx,
};
use domain::{color::Color, zone::Zone};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

/// Mooring's own colours, on light and on dark pages.
const LIGHT: &str = "#0b6b64";
const DARK: &str = "#4fb8b0";

/// How a mail looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// The colour of the button on a light page.
    pub light: String,
    /// The same on a dark page.
    pub dark: String,
    /// Whether the tenant's logo is shown.
    pub has_logo: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            light: LIGHT.to_owned(),
            dark: DARK.to_owned(),
            has_logo: false,
        }
    }
}

/// All that the mails of a tenant have in common.
pub(crate) struct TenantMail {
    pub name: String,
    pub zone: Zone,
    pub look: Look,
    /// Whom customers may ask.
    pub contact: Option<String>,
    /// The tenant's own words in a mail with a reconnect link.
    pub text: Option<String>,
    answers_to: AnswersTo,
}

impl TenantMail {
    /// Of the transaction's tenant.
    pub async fn load(tx: &Tx) -> Result<Self, InternalError> {
        let tenant = tenant::Entity::find_by_id(tx.tenant())
            .row::<tenant::Model>(&**tx)
            .await?
            .ok_or_else(|| InternalError::inconsistent("tenants", "id", tx.tenant()))?;
        let brand: Option<brand::Model> = tx.all::<brand::Entity>().row(&**tx).await?;
        let color = |text: Option<&String>, own: &str| {
            let color = text.and_then(|text| text.parse::<Color>().ok());
            color.map_or_else(|| own.to_owned(), |color| color.to_string())
        };
        let brand = brand.as_ref();
        Ok(Self {
            name: tenant.name,
            zone: tenant.zone,
            look: Look {
                light: color(brand.and_then(|row| row.color_light.as_ref()), LIGHT),
                dark: color(brand.and_then(|row| row.color_dark.as_ref()), DARK),
                has_logo: brand.is_some_and(|row| row.logo.is_some()),
            },
            contact: brand.and_then(|row| row.contact.clone()),
            text: tenant.mail_text,
            answers_to: tenant.mail_answers_to,
        })
    }

    /// The sender of a mail to a colleague: answers go to this person.
    pub fn to_colleague(&self, person: Option<String>) -> Sender {
        Sender {
            name: self.name.clone(),
            reply_to: person.or_else(|| self.contact.clone()),
        }
    }

    /// The sender of a mail to a customer: answers go where the tenant wants them.
    pub fn to_customer(&self, person: Option<String>) -> Sender {
        let reply_to = match self.answers_to {
            AnswersTo::Sender => person.or_else(|| self.contact.clone()),
            AnswersTo::Contact => self.contact.clone().or(person),
        };
        Sender {
            name: self.name.clone(),
            reply_to,
        }
    }
}

/// The logo of the transaction's tenant: its content type and its bytes.
pub(super) async fn logo(tx: &Tx) -> Result<Option<(String, Vec<u8>)>, InternalError> {
    let brand: Option<brand::Model> = tx.all::<brand::Entity>().row(&**tx).await?;
    Ok(brand.and_then(|row| row.logo_type.zip(row.logo)))
}

//! Colours and contact, which customers see, and the files made of a brand.

use super::{SettingsError, changed};
use crate::{
    core::{
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::brand,
    people::email,
    tenancy::{
        Actor, Tx,
        lookup::{self, Key},
    },
};
use domain::{
    color::{Color, LEAST_CONTRAST, Look, ratio},
    permission::Permission,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

/// Colours and contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrandSettings {
    /// The colour on light pages.
    pub light: Option<Color>,
    /// The colour on dark pages.
    pub dark: Option<Color>,
    /// Whom customers may ask.
    pub contact: Option<String>,
}

/// What is made of a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandFile {
    /// Its colours.
    pub settings: BrandSettings,
    /// The logo: its content type and its bytes.
    pub logo: Option<(String, Vec<u8>)>,
}

/// The colours and the contact.
///
/// # Errors
/// [`SettingsError::Forbidden`] for all but owners.
pub async fn brand(actor: &Actor) -> Result<BrandSettings, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let row = row(&tx).await?;
    Ok(row
        .map(|row| settings(&row))
        .transpose()?
        .unwrap_or_default())
}

/// Saves colours and contact. Each colour must be readable as text.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub async fn save_brand(actor: &Actor, new: BrandSettings) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let looks = [
        ("color_light", new.light, Look::Light, "light", "darker"),
        ("color_dark", new.dark, Look::Dark, "dark", "lighter"),
    ];
    let mut errors = Vec::new();
    for (field, color, look, page, remedy) in looks {
        let contrast = color.map(|color| color.contrast_on(look));
        if let Some(contrast) = contrast.filter(|contrast| *contrast < LEAST_CONTRAST) {
            let message = format!(
                "This colour has {} on a {page} page, and text needs 4.5:1. Take a {remedy} one.",
                ratio(contrast)
            );
            errors.push(FieldError::new(field, message));
        }
    }
    let missing = match (new.light, new.dark) {
        (Some(_), None) => Some("color_dark"),
        (None, Some(_)) => Some("color_light"),
        _ => None,
    };
    if let Some(field) = missing {
        let message = "Enter both colours, or none: people choose between light and dark pages.";
        errors.push(FieldError::new(field, message));
    }
    if let Some(contact) = &new.contact
        && email::normalize(contact).is_none()
    {
        let message = "This is not an e-mail address. Enter one such as help@example.com.";
        errors.push(FieldError::new("contact", message));
    }
    if !errors.is_empty() {
        return Err(SettingsError::Invalid(errors));
    }
    let tx = actor.write().await?;
    let text = |color: Option<Color>| color.map(|color| color.to_string());
    let detail = format!(
        "color_light={} color_dark={} contact={}",
        text(new.light).unwrap_or_default(),
        text(new.dark).unwrap_or_default(),
        if new.contact.is_some() { "set" } else { "" },
    );
    change(actor, &tx, |row| {
        row.color_light = text(new.light);
        row.color_dark = text(new.dark);
        row.contact = new.contact;
    })
    .await?;
    changed(actor, &tx, &detail).await?;
    tx.commit().await?;
    Ok(())
}

async fn row(tx: &Tx) -> Result<Option<brand::Model>, InternalError> {
    tx.all::<brand::Entity>().row(&**tx).await
}

/// Changes the row, or makes it. Its files get another name, since browsers keep those
/// that they know.
pub(super) async fn change(
    actor: &Actor,
    tx: &Tx,
    change: impl FnOnce(&mut brand::Model),
) -> Result<(), InternalError> {
    let mut new = row(tx).await?.unwrap_or_else(|| brand::Model {
        tenant_id: tx.tenant(),
        file_name: String::new(),
        color_light: None,
        color_dark: None,
        contact: None,
        logo_type: None,
        logo: None,
        saved_at: actor.now(),
    });
    change(&mut new);
    new.file_name = actor.new_id::<uuid::Uuid>().simple().to_string();
    new.saved_at = actor.now();
    brand::Entity::insert(brand::ActiveModel::from(new).reset_all())
        .on_conflict(
            OnConflict::column(brand::Column::TenantId)
                .update_columns([
                    brand::Column::FileName,
                    brand::Column::ColorLight,
                    brand::Column::ColorDark,
                    brand::Column::Contact,
                    brand::Column::LogoType,
                    brand::Column::Logo,
                    brand::Column::SavedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

fn settings(row: &brand::Model) -> Result<BrandSettings, InternalError> {
    let color = |text: &Option<String>, column| match text {
        Some(text) => match text.parse() {
            Ok(color) => Ok(Some(color)),
            Err(_) => Err(InternalError::inconsistent("brands", column, row.tenant_id)),
        },
        None => Ok(None),
    };
    Ok(BrandSettings {
        light: color(&row.color_light, "color_light")?,
        dark: color(&row.color_dark, "color_dark")?,
        contact: row.contact.clone(),
    })
}

/// What is made of the brand that has this name now. Everybody may see it.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn file(services: &Services, name: &str) -> Result<Option<BrandFile>, InternalError> {
    let Some(scope) = lookup::scope_of(services, Key::Brand(name)).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let row: Option<brand::Model> = tx
        .all::<brand::Entity>()
        .filter(brand::Column::FileName.eq(name))
        .row(&*tx)
        .await?;
    drop(tx);
    let Some(row) = row else { return Ok(None) };
    Ok(Some(BrandFile {
        settings: settings(&row)?,
        logo: row.logo_type.zip(row.logo),
    }))
}

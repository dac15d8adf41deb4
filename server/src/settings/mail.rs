//! The settings of mail.

use super::{Reader, SettingsError, table};
use secrecy::SecretString;
use service::{
    core::mail_server::{MailServer, MailSettings},
    mail::parse_from,
};

pub(super) fn read(read: &Reader<'_>) -> Result<Option<MailSettings>, SettingsError> {
    let per_hour = read.parsed(
        &table::MAIL_PER_HOUR,
        |text| match text.parse() {
            Ok(number @ 1..=1_000_000) => Ok(number),
            _ => Err(format!("“{text}” is not a number from 1 to 1000000")),
        },
        "give a number such as 300",
    )?;
    let from = read.sources.get(&table::MAIL_FROM)?;
    let Some(given) = read.sources.get(&table::SMTP_URL)? else {
        return Ok(None);
    };
    let server = MailServer::parse(&SecretString::from(given.text));
    let server = server.map_err(|error| SettingsError::new(&given.name, &error.to_string(), ""))?;
    let Some(from) = from else {
        return Err(SettingsError::new(
            "MOORING_MAIL_FROM",
            "it is missing, and mail has to come from an address",
            "set one of your own, such as mooring@example.com",
        ));
    };
    let address = parse_from(&from.text);
    let address = address.map_err(|problem| {
        SettingsError::new(&from.name, &problem, "give one such as mooring@example.com")
    })?;
    Ok(Some(MailSettings {
        server,
        from: address,
        per_hour,
    }))
}

//! Entries as JSON lines.

use crate::{
    audit::{AuditRow, list::name_people},
    core::error::InternalError,
    entity::audit_entry::Model,
    tenancy::TenantScope,
};
use serde_json::json;

/// One line for each entry, in their order.
pub(super) async fn lines(
    scope: &TenantScope,
    tenant: &str,
    rows: &[Model],
) -> Result<String, InternalError> {
    // An action of another version has no sentence, and is streamed all the same.
    let mut known: Vec<AuditRow> = rows
        .iter()
        .filter_map(|row| AuditRow::try_from(row.clone()).ok())
        .collect();
    let tx = scope.read().await?;
    name_people(&tx, &mut known).await?;
    let mut text = String::new();
    for row in rows {
        let sentence = known.iter().find(|one| one.number == row.number);
        let line = json!({
            "tenant": tenant,
            "tenant_id": row.tenant_id,
            "number": row.number,
            "at": row.at.rfc3339(),
            "action": row.action,
            "outcome": row.outcome,
            "sentence": sentence.map(|row| row.sentence().to_string()),
            "actor": {
                "kind": row.actor_kind,
                "id": row.actor_id,
                "name": row.actor_name,
                "email": row.actor_email,
            },
            "address": row.address,
            "target": {
                "kind": row.target_kind,
                "id": row.target_id,
                "name": row.target,
            },
            "detail": row.detail,
            "repeats": row.repeats,
        });
        text.push_str(&line.to_string());
        text.push('\n');
    }
    Ok(text)
}

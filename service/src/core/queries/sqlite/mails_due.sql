SELECT id, tenant_id FROM mails INDEXED BY mails_due_at WHERE due_at <= $1 ORDER BY due_at LIMIT $2

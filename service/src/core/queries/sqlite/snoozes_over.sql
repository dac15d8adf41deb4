SELECT tenant_id, subdomain FROM accounts INDEXED BY accounts_snooze_look_at
WHERE snooze_look_at <= $1 ORDER BY snooze_look_at LIMIT $2

SELECT version,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS only_reads
FROM seaql_migrations

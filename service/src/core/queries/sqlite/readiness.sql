SELECT version, FALSE AS only_reads FROM seaql_migrations

-- The steps of the schema that were run, and whether the database only reads.
SELECT version, FALSE AS only_reads FROM seaql_migrations

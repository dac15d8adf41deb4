SELECT mooring_recount_health_days($1, $2, $3) AS n

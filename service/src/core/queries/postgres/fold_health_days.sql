SELECT mooring_fold_health_days($1, $2) AS n

SELECT mooring_sweep_jobs($1, $2, $3) AS n

SELECT mooring_recount($1) AS n

SELECT mooring_fold_counts($1) AS n

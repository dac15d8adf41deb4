SELECT mooring_sweep_authorizations($1)

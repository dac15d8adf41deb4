SELECT mooring_sweep_mails($1)

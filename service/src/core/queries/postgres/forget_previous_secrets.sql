SELECT mooring_forget_previous_secrets($1)

SELECT * FROM mooring_token_fast_path($1, $2, $3, $4)

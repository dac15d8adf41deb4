SELECT * FROM mooring_token_at_hand($1, $2, $3, $4)

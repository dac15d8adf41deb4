-- The tenant isn't known yet, so a function finds the row.
SELECT * FROM mooring_token_at_hand($1, $2, $3, $4)

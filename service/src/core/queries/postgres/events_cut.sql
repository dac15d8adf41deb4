SELECT mooring_events_cut($1, $2) AS n
WHERE $3 = nullif(current_setting('mooring.tenant', true), '')::uuid

SELECT mooring_events_cut($1, $2)

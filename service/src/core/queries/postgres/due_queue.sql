SELECT moved FROM mooring_due_queue($1, $2)

SELECT waiting, queue FROM mooring_due_look($1, $2, $3, $4)

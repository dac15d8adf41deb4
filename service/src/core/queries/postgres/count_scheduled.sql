SELECT scheduled FROM mooring_count_scheduled()

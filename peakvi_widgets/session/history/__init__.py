"""What was done: the record of verbs, its script, its undo, and the way back from a file."""

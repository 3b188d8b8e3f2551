"""The layers of the picture: their kinds, the list, how undo keeps them, and their verbs."""

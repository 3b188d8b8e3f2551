"""The parts of a session: each has the verbs of one subject; none imports or inherits another."""

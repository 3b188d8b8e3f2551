"""Widgets: each mirrors one part of a session, alone or in the viewer."""

"""The traits of a session by subject, each declared once; ``session.state`` joins them."""

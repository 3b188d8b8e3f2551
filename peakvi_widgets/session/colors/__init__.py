"""Colors of cells: the tables that figure and screen share, and palettes."""

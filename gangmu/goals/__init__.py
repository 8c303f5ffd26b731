"""Goals: what is to be reached, by whom, and where it stands against schedule."""

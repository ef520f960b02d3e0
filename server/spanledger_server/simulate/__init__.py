"""A simulated firm: its plan, the four systems that carry it out, and the truth about it."""

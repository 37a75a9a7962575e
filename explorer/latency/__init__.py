"""How long a network takes on this machine: measured, and kept."""

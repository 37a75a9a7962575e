"""Networks and runs side by side: what corresponds, what differs, and what each edit costs."""

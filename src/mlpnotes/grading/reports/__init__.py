"""What people read afterwards, in sentences that a teacher may replace."""

"""Running a submission apart, and taking what comes back."""

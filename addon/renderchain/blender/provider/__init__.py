"""A provider's commands beside the work itself: joining, changing, leaving, looking."""

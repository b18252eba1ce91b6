"""The main job, shown for real."""

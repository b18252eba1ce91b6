"""What lies in ``inside`` runs in Blender's own Python; test_application.py starts it there."""

collect_ignore = ["inside"]

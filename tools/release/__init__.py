"""Everything that is published of a version, built so that building it twice makes the same bytes."""

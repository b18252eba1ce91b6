"""The journal: a SQLite file that several processes share."""

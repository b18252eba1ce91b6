"""The tables of the journal, and how an older journal comes to have them."""

# Felts and secrets are over 64 bits, so they are kept as hexadecimal text.
# One step a version; a journal is brought from any earlier one to the newest in one transaction.
MIGRATIONS = (
    """
    CREATE TABLE jobs (
        entry_id INTEGER PRIMARY KEY, board TEXT NOT NULL, job_id INTEGER NOT NULL, name TEXT NOT NULL,
        package_cid TEXT NOT NULL, output TEXT NOT NULL, from_block INTEGER NOT NULL, state TEXT NOT NULL
    );
    CREATE TABLE leases (
        board TEXT NOT NULL, lease_id INTEGER NOT NULL, job_id INTEGER NOT NULL, secret TEXT NOT NULL,
        state TEXT NOT NULL, PRIMARY KEY (board, lease_id)
    );
    """,
    # "key" is an intent's name; journals that are out there have the column under it.
    """
    CREATE TABLE outbox (
        intent_id INTEGER PRIMARY KEY, key TEXT NOT NULL, account TEXT NOT NULL, action TEXT NOT NULL,
        calls TEXT NOT NULL, state TEXT NOT NULL, nonce INTEGER, hashes TEXT NOT NULL, signed TEXT,
        owner TEXT NOT NULL, since_s REAL NOT NULL, UNIQUE (account, key)
    );
    """,
    # A lease's id may come again after a reorganisation, with another secret: both are kept.
    """
    CREATE TABLE secrets (
        board TEXT NOT NULL, lease_id INTEGER NOT NULL, job_id INTEGER NOT NULL, secret TEXT NOT NULL,
        state TEXT NOT NULL, PRIMARY KEY (board, lease_id, secret)
    );
    INSERT INTO secrets SELECT * FROM leases ORDER BY lease_id;
    DROP TABLE leases;
    ALTER TABLE secrets RENAME TO leases;
    """,
    # Finished frames of leases that are worked on; gone with the lease.
    """
    CREATE TABLE frames (
        board TEXT NOT NULL, lease_id INTEGER NOT NULL, secret TEXT NOT NULL, frame INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (board, lease_id, secret, frame)
    );
    """,
    # When a lease was noted last, so that it goes one day.
    """
    ALTER TABLE leases ADD COLUMN since_s REAL NOT NULL DEFAULT 0;
    UPDATE leases SET since_s = CAST(strftime('%s', 'now') AS REAL);
    CREATE INDEX leases_since ON leases (since_s);
    """,
    # What an artist has of a job, and what it was told of it that must not be forgotten.
    """
    CREATE TABLE kept_frames (
        entry_id INTEGER NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entry_id, frame)
    );
    CREATE TABLE job_lines (
        line_id INTEGER PRIMARY KEY, entry_id INTEGER NOT NULL, line TEXT NOT NULL, UNIQUE (entry_id, line)
    );
    ALTER TABLE jobs ADD COLUMN frames TEXT NOT NULL DEFAULT '';
    """,
    # Of which package a lease's job is: another job may get its number.
    """
    ALTER TABLE leases ADD COLUMN package_cid TEXT NOT NULL DEFAULT '';
    """,
    # What the files of a job's frames are called.
    """
    ALTER TABLE jobs ADD COLUMN names TEXT NOT NULL DEFAULT '####';
    """,
    # Which bonds of appeals the artist's client may have paid by itself: no event of the board says whose.
    """
    CREATE TABLE appeals (
        board TEXT NOT NULL, job_id INTEGER NOT NULL, lease_id INTEGER NOT NULL, kind INTEGER NOT NULL,
        round INTEGER NOT NULL, PRIMARY KEY (board, job_id, lease_id, kind, round)
    );
    """,
)

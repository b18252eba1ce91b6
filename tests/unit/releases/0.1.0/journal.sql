BEGIN TRANSACTION;
CREATE TABLE frames (
        board TEXT NOT NULL, lease_id INTEGER NOT NULL, secret TEXT NOT NULL, frame INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (board, lease_id, secret, frame)
    );
CREATE TABLE job_lines (
        line_id INTEGER PRIMARY KEY, entry_id INTEGER NOT NULL, line TEXT NOT NULL, UNIQUE (entry_id, line)
    );
INSERT INTO "job_lines" VALUES(1,1,'{"kind": "lease_accepted"}');
CREATE TABLE jobs (
        entry_id INTEGER PRIMARY KEY, board TEXT NOT NULL, job_id INTEGER NOT NULL, name TEXT NOT NULL,
        package_cid TEXT NOT NULL, output TEXT NOT NULL, from_block INTEGER NOT NULL, state TEXT NOT NULL
    , frames TEXT NOT NULL DEFAULT '', names TEXT NOT NULL DEFAULT '####');
INSERT INTO "jobs" VALUES(1,'0x400000000000000000000000000000000000000000000000000000000000000',5,'a scene','bafypackage','/frames',7,'active','','####');
CREATE TABLE kept_frames (
        entry_id INTEGER NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entry_id, frame)
    );
INSERT INTO "kept_frames" VALUES(1,1,'{"frame": 1, "lease_id": 9, "root": "0x200000000000000000000000000000000000000000000000000000000000000", "operator": 77, "path": "0001.png", "sha256": "abababababababababababababababababababababababababababababababab", "size_bytes": 1000}');
CREATE TABLE "leases" (
        board TEXT NOT NULL, lease_id INTEGER NOT NULL, job_id INTEGER NOT NULL, secret TEXT NOT NULL,
        state TEXT NOT NULL, since_s REAL NOT NULL DEFAULT 0, package_cid TEXT NOT NULL DEFAULT '', PRIMARY KEY (board, lease_id, secret)
    );
INSERT INTO "leases" VALUES('0x400000000000000000000000000000000000000000000000000000000000000',9,5,'0x80000000000000000000000000000000000000000000000000000000000000','submitted',1780000000.0,'bafypackage');
INSERT INTO "leases" VALUES('0x400000000000000000000000000000000000000000000000000000000000000',10,5,'0x40000000000000000000000000000000000000000000000000000000000000','claimed',1780000000.0,'');
CREATE TABLE outbox (
        intent_id INTEGER PRIMARY KEY, key TEXT NOT NULL, account TEXT NOT NULL, action TEXT NOT NULL,
        calls TEXT NOT NULL, state TEXT NOT NULL, nonce INTEGER, hashes TEXT NOT NULL, signed TEXT,
        owner TEXT NOT NULL, since_s REAL NOT NULL, UNIQUE (account, key)
    );
INSERT INTO "outbox" VALUES(1,'submit-9','0x4d','Submitting lease 9','[[1, 2, [3]]]','signed',4,'["0x400000000000000000000000000000000000000000000000000000000000000"]','{"nonce": 4}','a-machine/3003/4575b63bb1a7c645',1780000000.0);
INSERT INTO "outbox" VALUES(2,'done','0x4d','Claiming','[[1, 2, [3]]]','confirmed',NULL,'[]',NULL,'a-machine/3003/4575b63bb1a7c645',1780000000.0);
CREATE INDEX leases_since ON leases (since_s);
COMMIT;
PRAGMA user_version = 8;

-- The first schema. Times are microseconds since 1970, NULL if unknown.
-- Whatever a stranger wrote is a BLOB, because it can hold any bytes.
-- rank is minus the severity, so that one ascending index is the order of a queue.

CREATE TABLE settings (
  org   TEXT NOT NULL,
  name  TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (org, name)
) WITHOUT ROWID;

-- What only ever grows, even when rows are erased.
CREATE TABLE counters (
  org   TEXT NOT NULL,
  name  TEXT NOT NULL,
  label TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (org, name, label)
) WITHOUT ROWID;

CREATE TABLE sources (
  org          TEXT NOT NULL,
  source       TEXT NOT NULL,
  cursor       BLOB,
  newest       INTEGER,          -- publication of the newest comment it brought
  kind         TEXT NOT NULL DEFAULT '',
  account      TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL DEFAULT '',
  class        TEXT NOT NULL DEFAULT '',
  since        INTEGER,
  last_success INTEGER,
  next_poll    INTEGER,
  told         TEXT NOT NULL DEFAULT '', -- class of the failure that rang, until it works again
  PRIMARY KEY (org, source)
) WITHOUT ROWID;

CREATE TABLE comments (
  id            INTEGER PRIMARY KEY,
  org           TEXT NOT NULL,
  comment       TEXT NOT NULL,
  source        TEXT NOT NULL,
  account       TEXT NOT NULL,
  kind          TEXT NOT NULL,
  author        TEXT NOT NULL,
  in_reply_to   TEXT NOT NULL,
  thread        TEXT NOT NULL,
  created       INTEGER,
  latest        INTEGER NOT NULL, -- newest version
  flagged       INTEGER NOT NULL DEFAULT 0,
  presence      TEXT NOT NULL DEFAULT 'present',
  missing_since INTEGER,
  next_check    INTEGER,          -- NULL when no look is due any more
  UNIQUE (org, comment)
);
CREATE INDEX comments_check ON comments (org, source, flagged DESC, next_check) WHERE next_check IS NOT NULL;
CREATE INDEX comments_thread ON comments (org, thread, created) WHERE thread <> '';
CREATE INDEX comments_parent ON comments (org, in_reply_to, created) WHERE in_reply_to <> '';

CREATE TABLE versions (
  id             INTEGER PRIMARY KEY,
  org            TEXT NOT NULL,
  comment        INTEGER NOT NULL REFERENCES comments (id),
  version        INTEGER NOT NULL,
  source         TEXT NOT NULL,
  lang           TEXT NOT NULL,
  visibility     TEXT NOT NULL,
  edited         INTEGER,
  seen           INTEGER NOT NULL,
  author_created INTEGER,
  judged         INTEGER,                    -- NULL: waits to be judged
  ready          INTEGER NOT NULL DEFAULT 0, -- end of a claim or of a postponement
  attempts       INTEGER NOT NULL DEFAULT 0,
  class          TEXT NOT NULL DEFAULT '',   -- why it was postponed last
  text_hash      BLOB NOT NULL,
  url            BLOB,
  handle         BLOB,
  name           BLOB,
  author_url     BLOB,
  text           BLOB,
  raw_type       TEXT NOT NULL,
  raw            BLOB,
  UNIQUE (comment, version)
);
CREATE INDEX versions_unjudged ON versions (id) WHERE judged IS NULL;

CREATE TABLE quarantine (
  id     INTEGER PRIMARY KEY,
  org    TEXT NOT NULL,
  source TEXT NOT NULL,
  seen   INTEGER NOT NULL,
  reason TEXT NOT NULL,
  hash   BLOB NOT NULL,
  raw    BLOB,
  UNIQUE (org, source, hash)
);

CREATE TABLE verdicts (
  version  INTEGER PRIMARY KEY REFERENCES versions (id),
  org      TEXT NOT NULL,
  lang     TEXT NOT NULL,
  severity INTEGER NOT NULL,
  score    REAL NOT NULL,
  labels   BLOB NOT NULL,   -- JSON
  hits     BLOB NOT NULL,   -- JSON
  ruleset  TEXT NOT NULL,
  judged   INTEGER,
  took     INTEGER NOT NULL -- nanoseconds
);

CREATE TABLE cases (
  id       TEXT PRIMARY KEY,
  org      TEXT NOT NULL,
  comment  INTEGER NOT NULL UNIQUE REFERENCES comments (id),
  version  INTEGER NOT NULL,
  rank     INTEGER NOT NULL,
  labels   BLOB NOT NULL,
  rules    BLOB NOT NULL,
  opened   INTEGER NOT NULL,
  state    TEXT NOT NULL DEFAULT 'open',
  done     INTEGER NOT NULL DEFAULT 0, -- state is not open
  assignee TEXT NOT NULL DEFAULT '',
  sealed   INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX cases_queue ON cases (org, done, rank, opened, id);
CREATE INDEX cases_mine ON cases (org, done, assignee, rank, opened, id);

CREATE TABLE decisions (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  org      TEXT NOT NULL,
  case_id  TEXT NOT NULL REFERENCES cases (id),
  version  INTEGER NOT NULL, -- of the comment that was decided on
  kind     TEXT NOT NULL,
  by       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  note     BLOB,
  assignee TEXT NOT NULL,
  undoes   INTEGER NOT NULL
);
CREATE INDEX decisions_case ON decisions (case_id, seq);
CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;

CREATE TABLE messages (
  id       TEXT PRIMARY KEY,
  org      TEXT NOT NULL,
  channel  TEXT NOT NULL,
  rank     INTEGER NOT NULL,
  created  INTEGER NOT NULL,
  state    TEXT NOT NULL DEFAULT 'due', -- due, sent, dead
  next     INTEGER NOT NULL,
  claimed  INTEGER NOT NULL,            -- end of the claim
  attempts INTEGER NOT NULL DEFAULT 0,
  class    TEXT NOT NULL DEFAULT '',
  ended    INTEGER,                     -- when it was sent or died
  external BLOB
) WITHOUT ROWID;
CREATE INDEX messages_due ON messages (channel, rank, created, id) WHERE state = 'due';
CREATE INDEX messages_dead ON messages (org, ended, id) WHERE state = 'dead';

CREATE TABLE alerts (
  id       TEXT PRIMARY KEY,
  org      TEXT NOT NULL,
  kind     TEXT NOT NULL,
  channel  TEXT NOT NULL,
  message  TEXT REFERENCES messages (id), -- NULL: waits
  case_id  TEXT NOT NULL,
  rank     INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  label    TEXT NOT NULL,
  platform TEXT NOT NULL,
  account  TEXT NOT NULL,
  posted   INTEGER,
  opened   INTEGER,
  subject  TEXT NOT NULL,
  class    TEXT NOT NULL,
  created  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX alerts_waiting ON alerts (channel, rank, created, id, message) WHERE message IS NULL;
CREATE INDEX alerts_message ON alerts (message, rank, created, id) WHERE message IS NOT NULL;

CREATE TABLE channels (
  org          TEXT NOT NULL,
  channel      TEXT NOT NULL,
  kind         TEXT NOT NULL,
  paused       INTEGER NOT NULL,
  class        TEXT NOT NULL,
  until        INTEGER,
  last_success INTEGER,
  PRIMARY KEY (org, channel)
) WITHOUT ROWID;

CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  org    TEXT NOT NULL,
  at     INTEGER NOT NULL,
  user   TEXT NOT NULL,
  via    TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  result TEXT NOT NULL
);
CREATE INDEX audit_org ON audit (org, seq);
CREATE TRIGGER audit_keep BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_stay BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

CREATE TABLE users (
  org     TEXT NOT NULL,
  login   TEXT NOT NULL,
  name    TEXT NOT NULL,
  role    TEXT NOT NULL,
  lang    TEXT NOT NULL,
  hash    TEXT NOT NULL, -- argon2id with its parameters
  created INTEGER NOT NULL,
  PRIMARY KEY (org, login)
) WITHOUT ROWID;

-- Failed logins of a day; the key is an HMAC, because people type passwords into the wrong field.
CREATE TABLE throttle (
  org      TEXT NOT NULL,
  login    BLOB NOT NULL,
  failures INTEGER NOT NULL,
  until    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  PRIMARY KEY (org, login)
) WITHOUT ROWID;
CREATE INDEX throttle_last ON throttle (last);

CREATE TABLE sessions (
  org    TEXT NOT NULL,
  token  BLOB NOT NULL, -- SHA-256 of the token
  data   BLOB,
  expiry INTEGER NOT NULL,
  PRIMARY KEY (org, token)
) WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expiry);

-- The words of comments that have a case; rowid is versions.id. Nothing but the index is kept.
CREATE VIRTUAL TABLE words USING fts5 (
  text, handle, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
);

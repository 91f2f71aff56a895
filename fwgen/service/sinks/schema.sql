-- fwgen-peer's database. `position` is the sample's number in its log, without the wrap at 2^32.
CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL,            -- 16 hexadecimal digits; of a second sensor with "/1"
  renumbered INTEGER NOT NULL,       -- how often this log began to use numbers again
  UNIQUE (identity, renumbered)
);
CREATE TABLE life (                  -- one start of the firmware, under one spec
  id INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES log,
  boot INTEGER NOT NULL,
  spec TEXT NOT NULL,                -- first 4 bytes of the spec's hash, hexadecimal
  UNIQUE (log, boot, spec)
);
CREATE TABLE sample (
  log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  life INTEGER NOT NULL REFERENCES life,
  device_us INTEGER NOT NULL,        -- the firmware's clock, since its start
  utc_us INTEGER,                    -- microseconds since 1970; NULL: not known
  within_us INTEGER,                 -- utc_us is exact to +- this
  basis TEXT,                        -- how utc_us is known, see docs/SPEC.md
  status INTEGER NOT NULL,
  distance_mm INTEGER,               -- of the range sensor alone; NULL: the status has none
  late_16ths INTEGER NOT NULL,
  PRIMARY KEY (log, position)
) WITHOUT ROWID;
CREATE TABLE channel (               -- what was measured
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,         -- with two sensors "sensor.channel"
  unit TEXT NOT NULL
);
CREATE TABLE value (                 -- of each sample with values, except distance_mm
  log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  channel INTEGER NOT NULL REFERENCES channel,
  value REAL NOT NULL,               -- in the channel's unit
  PRIMARY KEY (log, position, channel)
) WITHOUT ROWID;
CREATE TABLE gap (                   -- samples that will not arrive
  log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  count INTEGER,                     -- NULL: their number is not known
  reason TEXT NOT NULL,              -- declared, missing, missed ...: see docs/peer.md
  PRIMARY KEY (log, position, reason)
) WITHOUT ROWID;
CREATE TABLE sleep (                 -- sleeps of Linux, and requests that led to none
  asked_us INTEGER NOT NULL,         -- microseconds since 1970, as the system clock was
  ended_us INTEGER NOT NULL,
  "by" TEXT NOT NULL,                -- who asked: command, button, logind
  acknowledged INTEGER NOT NULL,     -- whether the firmware agreed
  slept_s REAL NOT NULL,             -- how long Linux was suspended
  causes TEXT NOT NULL,              -- what woke Linux, separated by ", "
  refused TEXT NOT NULL,             -- why Linux did not suspend
  warnings TEXT NOT NULL DEFAULT '', -- such as an alarm that could not be set; a line each
  PRIMARY KEY (asked_us, ended_us)
) WITHOUT ROWID;
CREATE TABLE start (                 -- starts of the firmware: why, and crashes before it
  log INTEGER NOT NULL REFERENCES log,
  boot INTEGER NOT NULL,
  noted_us INTEGER NOT NULL,         -- microseconds since 1970, as the system clock was
  said TEXT NOT NULL,                -- a sentence a line
  PRIMARY KEY (log, boot, said)
) WITHOUT ROWID;
CREATE TABLE mark (                  -- one row: everything before it was acknowledged
  only INTEGER PRIMARY KEY CHECK (only = 1),
  log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  boot INTEGER NOT NULL
);
CREATE TABLE mark_1 (                -- likewise, of a second sensor
  only INTEGER PRIMARY KEY CHECK (only = 1),
  log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  boot INTEGER NOT NULL
);
CREATE VIEW samples AS
  SELECT log.identity AS log, log.renumbered AS renumbered, life.boot AS boot, life.spec AS spec,
    sample.position AS position, sample.device_us AS device_us,
    strftime('%Y-%m-%dT%H:%M:%S', sample.utc_us / 1000000, 'unixepoch')
      || printf('.%06dZ', sample.utc_us % 1000000) AS utc,
    sample.within_us AS within_us, sample.basis AS basis,
    CASE sample.status WHEN 0 THEN 'valid' WHEN 1 THEN 'too near' WHEN 2 THEN 'too far'
      WHEN 3 THEN 'no echo' WHEN 4 THEN 'missed period' WHEN 5 THEN 'sensor fault' END AS status,
    sample.distance_mm AS distance_mm, sample.late_16ths AS late_16ths
  FROM sample JOIN log ON log.id = sample.log JOIN life ON life.id = sample.life
  ORDER BY sample.log, sample.position;

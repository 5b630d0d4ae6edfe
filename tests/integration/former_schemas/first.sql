-- The first version's tables.
-- Secrets of the local validator, sealed under the session key file, and the last time step spent.
CREATE TABLE IF NOT EXISTS uzmfa_totp_factor (
  sid        varchar(34)  NOT NULL PRIMARY KEY,
  uuid       varchar(36)  NOT NULL,
  username   varchar(255) NOT NULL,
  secret     varchar(255) NOT NULL,
  algorithm  varchar(6)   NOT NULL,
  digits     integer      NOT NULL,
  last_step  bigint       NOT NULL,
  bound_at   bigint       NOT NULL,
  bound_from varchar(64)  NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_totp_factor_uuid ON uzmfa_totp_factor (uuid);

-- Secrets shown on an enrollment page and not yet confirmed; a session has one at most.
CREATE TABLE IF NOT EXISTS uzmfa_enrollment (
  session    varchar(32)  NOT NULL PRIMARY KEY,
  uuid       varchar(36)  NOT NULL,
  username   varchar(255) NOT NULL,
  sid        varchar(34)  NOT NULL,
  secret     varchar(255) NOT NULL,
  algorithm  varchar(6)   NOT NULL,
  digits     integer      NOT NULL,
  tries      integer      NOT NULL,
  created_at bigint       NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_enrollment_created_at ON uzmfa_enrollment (created_at);

-- Sessions ended before their time; a row may go when the session would have ended anyway.
CREATE TABLE IF NOT EXISTS uzmfa_revocation (
  session varchar(32) NOT NULL PRIMARY KEY,
  ends_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_ends_at ON uzmfa_revocation (ends_at);

-- Each table as it was when a version first used it. {identity} is as in store/schema.cpp.
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
CREATE TABLE IF NOT EXISTS uzmfa_revocation (
  session varchar(32) NOT NULL PRIMARY KEY,
  ends_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_ends_at ON uzmfa_revocation (ends_at);
CREATE TABLE IF NOT EXISTS uzmfa_used_code (
  uuid    varchar(36) NOT NULL,
  digest  varchar(64) NOT NULL,
  used_at bigint      NOT NULL,
  PRIMARY KEY (uuid, digest)
);
CREATE TABLE IF NOT EXISTS uzmfa_quota (
  name varchar(64) NOT NULL PRIMARY KEY,
  uuid varchar(36) NOT NULL
);
CREATE TABLE IF NOT EXISTS uzmfa_quota_use (
  name    varchar(64) NOT NULL,
  number  bigint      NOT NULL,
  used_at bigint      NOT NULL,
  PRIMARY KEY (name, number)
);
CREATE TABLE IF NOT EXISTS uzmfa_owed_deletion (
  uuid          varchar(36) NOT NULL,
  sid           varchar(34) NOT NULL,
  owed_at       bigint      NOT NULL,
  due_at        bigint      NOT NULL,
  claimed_until bigint      NOT NULL,
  tries         integer     NOT NULL,
  PRIMARY KEY (uuid, sid)
);
CREATE TABLE IF NOT EXISTS uzmfa_attempt (
  uuid     varchar(36) NOT NULL,
  kind     varchar(8)  NOT NULL,
  failures integer     NOT NULL,
  open_at  bigint      NOT NULL,
  PRIMARY KEY (uuid, kind)
);
CREATE TABLE IF NOT EXISTS uzmfa_sign_in_failure (
  pair     varchar(64) NOT NULL PRIMARY KEY,
  failures integer     NOT NULL,
  began_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_sign_in_failure_began_at ON uzmfa_sign_in_failure (began_at);
CREATE TABLE IF NOT EXISTS uzmfa_recovery_code (
  uuid   varchar(36) NOT NULL,
  digest varchar(64) NOT NULL,
  salt   varchar(32) NOT NULL,
  PRIMARY KEY (uuid, digest)
);
CREATE TABLE IF NOT EXISTS uzmfa_temporary_code (
  uuid       varchar(36)  NOT NULL PRIMARY KEY,
  digest     varchar(64)  NOT NULL,
  salt       varchar(32)  NOT NULL,
  expires_at bigint       NOT NULL,
  made_by    varchar(255) NOT NULL
);
CREATE TABLE IF NOT EXISTS uzmfa_skip (
  uuid       varchar(36)  NOT NULL PRIMARY KEY,
  expires_at bigint       NOT NULL,
  set_by     varchar(255) NOT NULL
);
CREATE TABLE IF NOT EXISTS uzmfa_epoch (
  uuid       varchar(36) NOT NULL PRIMARY KEY,
  epoch      bigint      NOT NULL,
  changed_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_epoch_changed_at ON uzmfa_epoch (changed_at);
CREATE TABLE IF NOT EXISTS uzmfa_session (
  session     varchar(32)  NOT NULL PRIMARY KEY,
  uuid        varchar(36)  NOT NULL,
  method      varchar(16)  NOT NULL,
  verified_at bigint       NOT NULL,
  ends_at     bigint       NOT NULL,
  address     varchar(64)  NOT NULL,
  browser     varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_session_uuid ON uzmfa_session (uuid);
CREATE INDEX IF NOT EXISTS uzmfa_session_ends_at ON uzmfa_session (ends_at);
CREATE TABLE IF NOT EXISTS uzmfa_browser (
  digest      varchar(64)  NOT NULL PRIMARY KEY,
  uuid        varchar(36)  NOT NULL,
  verified_at bigint       NOT NULL,
  expires_at  bigint       NOT NULL,
  address     varchar(64)  NOT NULL,
  browser     varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_browser_uuid ON uzmfa_browser (uuid);
CREATE INDEX IF NOT EXISTS uzmfa_browser_expires_at ON uzmfa_browser (expires_at);
CREATE TABLE IF NOT EXISTS uzmfa_event (
  id       {identity},
  at       bigint       NOT NULL,
  event    varchar(32)  NOT NULL,
  username varchar(255) NOT NULL,
  uuid     varchar(36)  NOT NULL,
  address  varchar(64)  NOT NULL,
  browser  varchar(255) NOT NULL,
  session  varchar(16)  NOT NULL,
  method   varchar(16)  NOT NULL,
  node     varchar(64)  NOT NULL,
  made_by  varchar(255) NOT NULL,
  detail   varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_event_uuid ON uzmfa_event (uuid, at);
CREATE INDEX IF NOT EXISTS uzmfa_event_at ON uzmfa_event (at);
CREATE TABLE IF NOT EXISTS uzmfa_event_count (
  hour   bigint      NOT NULL,
  kind   varchar(16) NOT NULL,
  node   varchar(64) NOT NULL,
  number bigint      NOT NULL,
  PRIMARY KEY (hour, kind, node)
);
CREATE TABLE IF NOT EXISTS uzmfa_kept_post (
  uuid       varchar(36) NOT NULL,
  id         bigint      NOT NULL,
  address    varchar(64) NOT NULL,
  size       bigint      NOT NULL,
  kept_at    bigint      NOT NULL,
  expires_at bigint      NOT NULL,
  sealed     text        NOT NULL,
  PRIMARY KEY (uuid, id)
);
CREATE INDEX IF NOT EXISTS uzmfa_kept_post_expires_at ON uzmfa_kept_post (expires_at);

-- SPDX-License-Identifier: Apache-2.0
-- What uzERP has of its own: the web server's role owns the users and may not create tables.
CREATE TABLE system_companies (
    id bigint PRIMARY KEY,
    enabled boolean DEFAULT true
);
CREATE TABLE users (
    username varchar PRIMARY KEY,
    password varchar(255),
    lastcompanylogin bigint,
    person_id bigint,
    last_login timestamp,
    audit_enabled boolean,
    debug_enabled boolean,
    access_enabled boolean DEFAULT true,
    email varchar,
    mfa_enrolled boolean DEFAULT false,
    uuid uuid,
    mfa_sid varchar(255),
    mfa_enabled boolean DEFAULT false
);
CREATE TABLE user_company_access (
    username varchar NOT NULL,
    usercompanyid bigint NOT NULL,
    enabled boolean DEFAULT true
);
INSERT INTO system_companies (id, enabled) VALUES (1, true);
GRANT SELECT ON system_companies, user_company_access TO "www-data";
ALTER TABLE users OWNER TO "www-data";

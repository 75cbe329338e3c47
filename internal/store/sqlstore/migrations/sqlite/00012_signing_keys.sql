-- Signing keys follow one another: a token names the one that signed it. The only
-- one there was signed tokens that name none, and gets the id 1.

-- +goose Up
ALTER TABLE signing_key RENAME TO only_signing_key;

CREATE TABLE signing_key (
    id         text   NOT NULL PRIMARY KEY,
    secret     text   NOT NULL, -- base64, or encrypted
    created_at bigint NOT NULL
);

INSERT INTO signing_key (id, secret, created_at)
SELECT '1', secret, CAST(strftime('%s', 'now') AS bigint) * 1000 FROM only_signing_key;

DROP TABLE only_signing_key;

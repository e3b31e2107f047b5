-- What OrleansUploads needs in a PostgreSQL database: the tables of its journal, tables for Orleans' membership, and the statements with
-- which Orleans' ADO.NET provider (10.4) uses those. May be run again and again, also in a database that has Orleans' own scripts.
--
-- The provider fixes the names of its tables, columns, parameters and statements. It reads its statements from orleansquery by key when
-- the silo starts.

CREATE TABLE IF NOT EXISTS orleansquery
(
    querykey text PRIMARY KEY,
    querytext text NOT NULL
);

-- Membership -----------------------------------------------------------------------------------------------------------------------

-- One row for each cluster. Its version grows with every change of the cluster's members, so two silos that change them at the same
-- time exclude each other.
CREATE TABLE IF NOT EXISTS orleansmembershipversiontable
(
    deploymentid text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0,
    timestamp timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS orleansmembershiptable
(
    deploymentid text NOT NULL REFERENCES orleansmembershipversiontable,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    siloname text NOT NULL,
    hostname text NOT NULL,
    -- Orleans' SiloStatus; 3 is Active.
    status integer NOT NULL,
    -- The port for cluster clients, or 0.
    proxyport integer NOT NULL,
    -- Who suspects the silo to be dead, and since when, as Orleans prints it.
    suspecttimes text,
    starttime timestamptz(3) NOT NULL,
    iamalivetime timestamptz(3) NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);

-- Journal ---------------------------------------------------------------------------------------------------------------------------

-- The records of all streams. A stream is the history of one upload, vault or other entity, named by the number of its kind and its key. A
-- record is written once; the primary key decides which of two silos writes it.
CREATE TABLE IF NOT EXISTS uploads_record
(
    service text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    -- 1 for the first record of a stream, and consecutive from the oldest that a snapshot has left.
    version bigint NOT NULL,
    -- CRC-32C of the stream, the version and the payload, so that a record in the wrong place is noticed, too.
    crc integer NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (service, stream, version)
);

-- What the records of a stream up to a version amount to. They are deleted, except for the one of this version.
CREATE TABLE IF NOT EXISTS uploads_snapshot
(
    service text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    crc integer NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (service, stream)
);

-- The streams that are waiting for a time, at which a silo wakes their entities.
CREATE TABLE IF NOT EXISTS uploads_wake
(
    service text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    -- In milliseconds since 1970.
    wake_at bigint NOT NULL,
    PRIMARY KEY (service, stream)
);

-- These statements lock their table even if they have nothing to change, and wait for a vacuum of it. Silos that serve could write nothing
-- meanwhile.
DO $$
DECLARE
    large regclass;
BEGIN
    IF to_regclass('ix_uploads_wake_at') IS NULL THEN
        CREATE INDEX ix_uploads_wake_at ON uploads_wake (service, wake_at);
    END IF;

    -- Tables of millions of rows are cleaned up in small pieces.
    FOR large IN
        SELECT oid::regclass FROM pg_class
        WHERE oid IN ('uploads_record'::regclass, 'uploads_wake'::regclass)
            AND NOT coalesce(reloptions, '{}') @> ARRAY['autovacuum_vacuum_scale_factor=0.02', 'autovacuum_vacuum_threshold=5000']
    LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000)', large);
    END LOOP;
END
$$;

-- A few rows beside the journal, such as the identity of the cluster.
CREATE TABLE IF NOT EXISTS uploads_row
(
    service text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- A random number, new with each write.
    version bigint NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (service, name)
);

-- Rows of more than 2 KB are compressed. PostgreSQL's own method takes three times as long as LZ4 to write a long row, and saves
-- nothing more. Servers before version 14, or built without LZ4, keep their method. Rows that exist stay as they are and readable.
DO $$
DECLARE
    compressed record;
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        FOR compressed IN
            SELECT attrelid::regclass AS relation, attname FROM pg_attribute
            WHERE (attrelid, attname) IN (
                ('uploads_record'::regclass, 'payload'),
                ('uploads_snapshot'::regclass, 'payload')) AND attcompression <> 'l'
        LOOP
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4', compressed.relation, compressed.attname);
        END LOOP;
    END IF;
END
$$;

-- The provider's statements ---------------------------------------------------------------------------------------------------------

INSERT INTO orleansquery (querykey, querytext)
VALUES

-- A left join, because a cluster without members still has a version.
('MembershipReadAllKey', $$
    SELECT v.version, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime,
        m.iamalivetime
    FROM orleansmembershipversiontable v LEFT JOIN orleansmembershiptable m USING (deploymentid)
    WHERE deploymentid = @DeploymentId
$$),

('MembershipReadRowKey', $$
    SELECT v.version, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime,
        m.iamalivetime
    FROM orleansmembershipversiontable v LEFT JOIN orleansmembershiptable m
        ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    WHERE v.deploymentid = @DeploymentId
$$),

('GatewaysQueryKey', $$
    SELECT address, proxyport, generation
    FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$$),

-- Whether the row was added.
('InsertMembershipVersionKey', $$
    WITH added AS (
        INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT FROM added)
$$),

-- Whether the member was added. The version row is the lock: of two statements with the same version, the second one waits for the
-- first, finds another version, and changes nothing.
('InsertMembershipKey', $$
    WITH next AS (
        UPDATE orleansmembershipversiontable
        SET version = version + 1, timestamp = now()
        WHERE deploymentid = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT FROM orleansmembershiptable
            WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deploymentid
    ),
    added AS (
        INSERT INTO orleansmembershiptable (
            deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
        SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM next
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM added)
$$),

-- Whether the member was changed; the same lock.
('UpdateMembershipKey', $$
    WITH next AS (
        UPDATE orleansmembershipversiontable
        SET version = version + 1, timestamp = now()
        WHERE deploymentid = @DeploymentId AND version = @Version AND EXISTS (
            SELECT FROM orleansmembershiptable
            WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deploymentid
    ),
    changed AS (
        UPDATE orleansmembershiptable m
        SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
        FROM next
        WHERE m.deploymentid = next.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM changed)
$$),

-- Each silo writes this for itself alone, so the version stays.
('UpdateIAmAlivetimeKey', $$
    UPDATE orleansmembershiptable
    SET iamalivetime = @IAmAliveTime
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),

('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3
$$),

('DeleteMembershipTableEntriesKey', $$
    WITH members AS (
        DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId
    )
    DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE orleansquery.querytext <> excluded.querytext;

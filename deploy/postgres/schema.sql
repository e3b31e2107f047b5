-- What OrleansUploads needs in a PostgreSQL database: tables for Orleans' membership, reminders and grain state, and the statements with
-- which Orleans' ADO.NET providers (10.4) use them. May be run again and again, also in a database that has Orleans' own scripts.
--
-- The providers fix the names of tables, columns, parameters and statements. A provider reads its statements from orleansquery by key
-- when the silo starts.

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

-- Reminders ------------------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS orleansreminderstable
(
    serviceid text NOT NULL,
    grainid text NOT NULL,
    remindername text NOT NULL,
    starttime timestamptz(3) NOT NULL,
    -- In milliseconds.
    period bigint NOT NULL,
    -- Each silo reads the reminders in its ranges of this hash.
    grainhash integer NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

-- Grain state ----------------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS orleansstorage
(
    grainidhash integer NOT NULL,
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    graintypehash integer NOT NULL,
    graintypestring text NOT NULL,
    -- The key of a grain whose key is a string, otherwise null.
    grainidextensionstring text,
    serviceid text NOT NULL,
    -- Null after a state was cleared.
    payloadbinary bytea,
    modifiedon timestamp NOT NULL,
    -- Orleans' ETag of the state.
    version integer
);

-- A grain's state is one row. Without this index, two silos that store the first state of a grain at the same moment would not see each
-- other, both would succeed, and the ETag, which decides between two activations of one grain, would decide nothing. Nulls count as
-- different in an index; hence coalesce.
CREATE UNIQUE INDEX IF NOT EXISTS ux_orleansstorage_state ON orleansstorage
(
    grainidhash,
    graintypehash,
    grainidn0,
    grainidn1,
    serviceid,
    graintypestring,
    coalesce(grainidextensionstring, '')
);

-- Orleans' own script makes this index. The unique index begins alike, so this one only costs time with every insert.
DROP INDEX IF EXISTS ix_orleansstorage;

-- Rows of more than 2 KB are compressed. PostgreSQL's own method takes three times as long as LZ4 to write a long row, and saves
-- nothing more. Servers before version 14, or built without LZ4, keep their method. Rows that exist stay as they are and readable.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        IF EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = 'orleansstorage'::regclass AND attname = 'payloadbinary' AND attcompression <> 'l') THEN
            ALTER TABLE orleansstorage ALTER COLUMN payloadbinary SET COMPRESSION lz4;
        END IF;
    END IF;
END
$$;

-- The providers' statements --------------------------------------------------------------------------------------------------------

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
$$),

('UpsertReminderRowKey', $$
    INSERT INTO orleansreminderstable AS r (serviceid, grainid, remindername, starttime, period, grainhash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
    RETURNING version
$$),

('ReadReminderRowKey', $$
    SELECT grainid, remindername, starttime, period, version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$$),

('ReadReminderRowsKey', $$
    SELECT grainid, remindername, starttime, period, version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId
$$),

-- A range of hashes without its beginning, with its end.
('ReadRangeRows1Key', $$
    SELECT grainid, remindername, starttime, period, version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$$),

-- A range that continues at the lowest hash.
('ReadRangeRows2Key', $$
    SELECT grainid, remindername, starttime, period, version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$$),

-- Whether the reminder was deleted.
('DeleteReminderRowKey', $$
    WITH deleted AS (
        DELETE FROM orleansreminderstable
        WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM deleted)
$$),

('DeleteReminderRowsKey', $$
    DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
$$),

('ReadFromStorageKey', $$
    SELECT payloadbinary, version
    FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
        AND serviceid = @ServiceId AND graintypestring = @GrainTypeString
        AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
$$),

-- The new version, or the expected one if another writer was faster: none for a first write. The silos themselves write with
-- statements of their own, which decide the same.
('WriteToStorageKey', $$
    WITH replaced AS (
        UPDATE orleansstorage
        SET payloadbinary = @PayloadBinary, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND serviceid = @ServiceId AND graintypestring = @GrainTypeString
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
            AND version = @GrainStateVersion::integer
        RETURNING version
    ),
    added AS (
        INSERT INTO orleansstorage (
            grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary,
            modifiedon, version)
        SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString::text, @ServiceId,
            @PayloadBinary, now() AT TIME ZONE 'utc', 1
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM replaced), (SELECT version FROM added), @GrainStateVersion::integer) AS newgrainstateversion
$$),

-- The new version, or the expected one if another writer was faster.
('ClearStorageKey', $$
    WITH cleared AS (
        UPDATE orleansstorage
        SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND serviceid = @ServiceId AND graintypestring = @GrainTypeString
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
            AND version = @GrainStateVersion::integer
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM cleared), @GrainStateVersion::integer) AS newgrainstateversion
$$),

-- A deleted row counts as one version further, so the answer differs from the expected version here, too.
('DeleteStorageKey', $$
    WITH deleted AS (
        DELETE FROM orleansstorage
        WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND serviceid = @ServiceId AND graintypestring = @GrainTypeString
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString::text, '')
            AND version = @GrainStateVersion::integer
        RETURNING version + 1 AS version
    )
    SELECT coalesce((SELECT version FROM deleted), @GrainStateVersion::integer) AS newgrainstateversion
$$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE orleansquery.querytext <> excluded.querytext;

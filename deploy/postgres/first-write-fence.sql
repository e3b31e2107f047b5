-- What OrleansUploads needs in a PostgreSQL database on top of Orleans' own scripts. May be run again and again.
--
-- Orleans' grain storage inserts the first state of a grain if a query finds none. Two silos that do so at the same moment do
-- not see each other, and without a unique index both succeed: then there are two rows, and the ETag, which is to decide
-- between two activations of one grain, decides nothing. With the index the second insert fails, and its silo reads again.
-- The extension is null for keys that are no strings, and nulls count as different in an index; hence coalesce.
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

-- The unique index begins as Orleans' own does, so that one only costs time with every insert.
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

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

using OrleansUploads.Engine.Moving;
using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>What the journal reads, lists and refuses.</summary>
public sealed class JournalContentTests(SharedDatabase database, PostgresServer postgres) : IClassFixture<SharedDatabase>, IAsyncLifetime
{
    private static readonly EntityId Upload = new(EntityKind.Upload, "upload");

    private OpenJournals _journals = null!;
    private PostgresJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _journals = new OpenJournals(await database.Connection);
        _journal = _journals.Open();
    }

    public ValueTask DisposeAsync() => _journals.DisposeAsync();

    [Theory]
    [InlineData("UPDATE uploads_record SET payload = '\\x09' WHERE version = 4 AND service = $", "the checksum of record 4 is wrong")]
    [InlineData("UPDATE uploads_record SET crc = crc + 1 WHERE version = 3 AND service = $", "the checksum of record 3 is wrong")]
    [InlineData("UPDATE uploads_snapshot SET payload = '\\x09' WHERE service = $", "the checksum of its snapshot of version 3 is wrong")]
    [InlineData("DELETE FROM uploads_record WHERE version = 4 AND service = $", "record 4 is missing")]
    [InlineData("DELETE FROM uploads_record WHERE version = 3 AND service = $", "record 3 is missing")]
    [InlineData("DELETE FROM uploads_record WHERE service = $", "record 3 is missing")]
    [InlineData("DELETE FROM uploads_snapshot WHERE service = $", "record 1 is missing")]
    [InlineData("DELETE FROM uploads_record WHERE service = $; DELETE FROM uploads_snapshot WHERE service = $", "record 1 is missing")]
    [InlineData("UPDATE uploads_record SET version = 14 - version WHERE version > 3 AND service = $", "record 4 is missing")]
    [InlineData(
        """
        UPDATE uploads_record SET version = 6 WHERE version = 4 AND service = $;
        UPDATE uploads_record SET version = 4 WHERE version = 5 AND service = $
        """,
        "the checksum of record 4 is wrong")]
    public async Task A_stream_that_differs_from_what_was_written_is_not_read(string damage, string message)
    {
        for (byte version = 0; version < 5; version++)
        {
            WakeChange? wake = version == 0 ? new WakeChange(DateTimeOffset.UnixEpoch) : null;
            await _journal.AppendAsync(new JournalAppend(Upload, version, new[] { version }, wake), Cancellation);
        }

        await _journal.SaveSnapshotAsync(Upload, 3, new byte[] { 3 }, Cancellation);
        await _journals.ExecuteAsync(damage);

        var fault = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _journal.ReadAsync(Upload, Cancellation));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalDamagedException>(async () => await new PostgresInspection(_journal).ReadAsync(Upload, Cancellation));
        Assert.Equal([Upload], await ListAsync(null));
    }

    [Fact]
    public async Task Streams_are_listed_by_kind_and_from_a_place_on()
    {
        EntityId[] entities =
        [
            new(EntityKind.Account, "1"), new(EntityKind.KeyRoutes, ""), new(EntityKind.KeyRoutes, "a/b"), new(EntityKind.Upload, "0"),
            new(EntityKind.Upload, "~ ~"), new(EntityKind.KeyLeaf, "x"),
        ];
        foreach (var entity in entities)
        {
            await _journal.AppendAsync(new JournalAppend(entity, 0, new byte[1]), Cancellation);
        }

        await _journals.Open().AppendAsync(new JournalAppend(entities[0], 1, new byte[1]), Cancellation);
        await new PostgresJournal(_journals.Connect(), "another service").AppendAsync(
            new JournalAppend(Upload, 0, new byte[1]), Cancellation);

        var all = await ListAsync(null);
        Assert.Equal(entities.Order(Comparer<EntityId>.Create(static (one, other) => string.CompareOrdinal(Text(one), Text(other)))), all);
        Assert.Equal([entities[0]], await ListAsync(EntityKind.Account));
        Assert.Equal([entities[3], entities[4]], await ListAsync(EntityKind.Upload));
        Assert.Equal([entities[1], entities[2]], await ListAsync(EntityKind.KeyRoutes));
        Assert.Equal([entities[4]], await ListAsync(EntityKind.Upload, Text(entities[3])));
        Assert.Equal(all.Skip(3), await ListAsync(null, Text(all[2])));

        static string Text(EntityId entity) => string.Create(CultureInfo.InvariantCulture, $"{(int)entity.Kind}/{entity.Key}");
    }

    [Fact]
    public async Task More_streams_than_a_page_are_listed()
    {
        const int Streams = 2500;
        await _journals.ExecuteAsync(
            $"INSERT INTO uploads_record SELECT $, '5/' || n, v, 0, '' FROM generate_series(1, {Streams}) n, generate_series(1, 3) v");

        var listed = await ListAsync(EntityKind.Upload);

        Assert.Equal(Streams, listed.Distinct().Count());
        Assert.Equal(Streams, listed.Count);
    }

    [Fact]
    public async Task A_record_that_the_database_refuses_fails_no_other_and_says_what_to_do()
    {
        await using var journals = new OpenJournals(await postgres.CreateDatabaseAsync());
        await journals.ExecuteAsync("ALTER TABLE uploads_record ADD CHECK (stream <> '5/refused')");
        var journal = journals.Open();
        var refused = journal.AppendAsync(new JournalAppend(new EntityId(EntityKind.Upload, "refused"), 0, new byte[1]), Cancellation);
        var others = Enumerable.Range(0, 20).Select(number =>
            journal.AppendAsync(new JournalAppend(new EntityId(EntityKind.Upload, $"{number}"), 0, new byte[1]), Cancellation).AsTask()).ToList();

        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => refused.AsTask());
        Assert.True(fault.IsRefusal);
        Assert.StartsWith("PostgreSQL refuses a statement of the silo (23514: ", fault.Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(others), static outcome => Assert.Equal(AppendOutcome.Appended, outcome));
    }

    [Fact]
    public async Task Without_an_answer_the_outcome_is_unknown()
    {
        var journal = new PostgresJournal(
            PostgresDatabase.Create($"Host=127.0.0.1;Port={FreePort.Take(1)[0]};Database=none"), "service");

        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(
            async () => await journal.AppendAsync(new JournalAppend(Upload, 0, new byte[1]), Cancellation));
        Assert.False(fault.IsRefusal);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.ReadAsync(Upload, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.ReadVersionAsync(Upload, Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rehearsal_leaves_nothing(bool isLarge)
    {
        await RehearseAsync(isLarge);
        await RehearseAsync(isLarge);

        Assert.Equal("0", await _journals.QueryAsync(
            """
            SELECT (SELECT count(*) FROM uploads_record WHERE service = $) + (SELECT count(*) FROM uploads_snapshot WHERE service = $)
                + (SELECT count(*) FROM uploads_wake WHERE service = $)
            """));
    }

    [Theory]
    [InlineData("uploads_record", "INSERT")]
    [InlineData("uploads_record", "DELETE")]
    [InlineData("uploads_snapshot", "INSERT")]
    [InlineData("uploads_wake", "INSERT")]
    [InlineData("uploads_wake", "DELETE")]
    public async Task A_rehearsal_is_refused_when_what_requests_do_is_refused(string table, string right)
    {
        const string User = "silo";
        var connection = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(
            connection,
            $"""
            DO $$ BEGIN CREATE ROLE {User} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {User};
            """);
        await using var journals = new OpenJournals($"{connection};Username={User}");
        await RehearseAsync(isLarge: false, journals);
        await PostgresServer.ExecuteAsync(connection, $"REVOKE {right} ON {table} FROM {User}");

        var fault = await Assert.ThrowsAsync<PostgresException>(() => RehearseAsync(isLarge: false, journals));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
    }

    [Fact]
    public async Task A_named_row_is_replaced_only_at_the_version_that_was_read()
    {
        const string Name = "ou-mark/parts";
        var rows = new PostgresNamedRows(_journals.Connect(), _journals.Service);
        Assert.Null(await rows.FindAsync(Name, Cancellation));
        Assert.False(await rows.TryWriteAsync(Name, new byte[] { 1 }, "1", Cancellation));
        Assert.True(await rows.TryWriteAsync(Name, new byte[] { 1 }, null, Cancellation));
        Assert.False(await rows.TryWriteAsync(Name, new byte[] { 2 }, null, Cancellation));

        var first = (await rows.FindAsync(Name, Cancellation))!;
        Assert.Equal([1], first.Content);
        Assert.True(await rows.TryWriteAsync(Name, new byte[] { 3 }, first.Version, Cancellation));
        Assert.False(await rows.TryWriteAsync(Name, new byte[] { 4 }, first.Version, Cancellation));
        Assert.Equal([3], (await rows.FindAsync(Name, Cancellation))!.Content);

        // A row that was created again is not the one that was read.
        await _journals.ExecuteAsync("DELETE FROM uploads_row WHERE service = $");
        Assert.True(await rows.TryWriteAsync(Name, new byte[] { 1 }, null, Cancellation));
        Assert.False(await rows.TryWriteAsync(Name, new byte[] { 5 }, first.Version, Cancellation));
        Assert.Null(await new PostgresNamedRows(_journals.Connect(), "another service").FindAsync(Name, Cancellation));
    }

    [Fact]
    public async Task An_imported_entity_replaces_what_there_was_and_goes_on_from_its_version()
    {
        var import = new PostgresImport(_journal);
        Assert.Null(await import.ReadAsync(Upload, Cancellation));
        for (var version = 0; version < 3; version++)
        {
            await _journal.AppendAsync(new JournalAppend(Upload, version, new byte[1], new WakeChange(DateTimeOffset.UnixEpoch)), Cancellation);
        }

        Assert.Null(await import.ReadAsync(Upload, Cancellation));
        foreach (var image in (EntityImage[])[new(7, new byte[] { 7 }, null), new(9, new byte[] { 9 }, DateTimeOffset.UnixEpoch.AddDays(1))])
        {
            await import.ImportAsync(Upload, image, Cancellation);
            Assert.Equal(image, await import.ReadAsync(Upload, Cancellation));
        }

        Assert.Equal(AppendOutcome.Conflict, await _journal.AppendAsync(new JournalAppend(Upload, 3, new byte[1]), Cancellation));
        Assert.Equal(AppendOutcome.Appended, await _journal.AppendAsync(new JournalAppend(Upload, 9, new byte[1]), Cancellation));
        Assert.Equal("9 10", await _journals.VersionsAsync("5/upload"));
    }

    [Fact]
    public async Task The_database_plans_each_statement_once_and_not_for_each_write()
    {
        const int Writes = 20;
        var connected = _journals.Connect("Maximum Pool Size=1");
        var journal = new PostgresJournal(connected, _journals.Service);
        for (var version = 0; version <= Writes; version++)
        {
            await journal.AppendAsync(new JournalAppend(new EntityId(EntityKind.Upload, $"{version}"), 0, new byte[1]), Cancellation);
            await journal.AppendAsync(new JournalAppend(Upload, version, new byte[1]), Cancellation);
            await journal.ReadVersionAsync(Upload, Cancellation);
            await AppendToBothAsync(journal, version);
        }

        await using var connection = await connected.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(*), max(custom_plans), min(generic_plans) FROM pg_prepared_statements WHERE statement ~ 'uploads_record'", connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(4, reader.GetInt64(0));
        Assert.Equal(0, reader.GetInt64(1));
        Assert.InRange(reader.GetInt64(2), Writes / 2, Writes);
    }

    [Fact]
    public async Task Plans_that_were_made_while_the_tables_were_empty_use_the_indexes()
    {
        await using var journals = new OpenJournals(await postgres.CreateDatabaseAsync());
        await journals.ExecuteAsync("VACUUM ANALYZE uploads_record, uploads_snapshot, uploads_wake");
        await journals.ExecuteAsync("SELECT pg_stat_reset()");
        var connected = journals.Connect("Maximum Pool Size=1");
        var journal = new PostgresJournal(connected, journals.Service);
        for (var number = 0; number < 10; number++)
        {
            var entity = new EntityId(EntityKind.Upload, $"{number}");
            await journal.AppendAsync(new JournalAppend(entity, 0, new byte[1], new WakeChange(DateTimeOffset.UnixEpoch)), Cancellation);
            await journal.AppendAsync(new JournalAppend(entity, 1, new byte[1], new WakeChange(null)), Cancellation);
            await AppendToBothAsync(journal, number);
            await journal.SaveSnapshotAsync(entity, 2, new byte[1], Cancellation);
            await journal.ReadAsync(entity, Cancellation);
            await journal.ListDueAsync(DateTimeOffset.UtcNow, 1, WakeShare.Whole, Cancellation);
            await journal.ForgetAsync(entity, 2, Cancellation);
        }

        await using (var connection = await connected.OpenAsync(Cancellation))
        {
            await using var command = new NpgsqlCommand("SELECT pg_stat_force_next_flush()", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        Assert.Equal("0 true", await journals.QueryAsync(
            "SELECT sum(seq_scan) || ' ' || (sum(idx_scan) > 50) FROM pg_stat_user_tables WHERE relname LIKE 'uploads_%'"));
    }

    /// <summary>Appends to two streams with one transaction.</summary>
    private static async Task AppendToBothAsync(PostgresJournal journal, long version) => await Task.WhenAll(
        journal.AppendAsync(
            new JournalAppend(new EntityId(EntityKind.Upload, "one"), version, new byte[1]) { MayWait = true }, Cancellation).AsTask(),
        journal.AppendAsync(new JournalAppend(new EntityId(EntityKind.Upload, "two"), version, new byte[1]), Cancellation).AsTask());

    private async Task<List<EntityId>> ListAsync(EntityKind? kind, string after = "")
    {
        var listed = new List<EntityId>();
        await foreach (var stream in new PostgresInspection(_journal).ListStreamsAsync(kind, after, Cancellation))
        {
            Assert.True(stream.IsFoundByName);
            listed.Add(stream.Entity);
        }

        return listed;
    }

    private Task RehearseAsync(bool isLarge) => RehearseAsync(isLarge, _journals);

    private static async Task RehearseAsync(bool isLarge, OpenJournals journals)
    {
        await using var connection = await journals.Connect().OpenAsync(Cancellation);
        await using var batch = new NpgsqlBatch(connection);
        new JournalCommands(journals.Service).AddRehearsal(batch, isLarge);
        await batch.ExecuteNonQueryAsync(Cancellation);
    }
}

using Npgsql;
using NpgsqlTypes;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>The statements that write rows, with the statement of Orleans' provider in <c>schema.sql</c> as the model.</summary>
public sealed class PostgresRowsTests(PostgresServer postgres, SharedDatabase shared) : IClassFixture<SharedDatabase>, IAsyncDisposable
{
    private const string Service = "service";
    private const string Key = "000000000001/archives-1";
    private const string State = "ou-upload";
    private const int KeyHash = 11;
    private const int StateHash = 12;
    private const int Writers = 8;

    private readonly List<PostgresDatabase> _databases = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(1, null)]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(3, 2)]
    [InlineData(3, 4)]
    [InlineData(null, 1)]
    public async Task A_row_ends_as_with_the_statement_of_the_provider(int? stored, int? replaced)
    {
        var database = await shared.EmptyAsync();
        if (stored is { } version)
        {
            await AddAsync(database, Key, version);
            await AddAsync(database, "model", version);
        }

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var expected = await WriteAsProviderAsync(connection, "model", replaced);
        var actual = Assert.Single(await Rows(database).WriteAsync([Row(Key, replaced)]));

        Assert.Equal(expected, actual);
        Assert.Equal(await ContentAsync(database, "model"), await ContentAsync(database, Key));
    }

    [Fact]
    public async Task A_cleared_row_is_replaced()
    {
        var database = await shared.EmptyAsync();
        await AddAsync(database, Key, version: 4);
        await PostgresServer.ExecuteAsync(database, "UPDATE orleansstorage SET payloadbinary = NULL");

        Assert.Equal([null, 5], [.. await Rows(database).WriteAsync([Row(Key, null), Row(Key, 4)])]);
        Assert.Equal("5 \\x02", await ContentAsync(database, Key));
    }

    [Theory]
    [InlineData("grainidextensionstring = 'other'")]
    [InlineData("grainidextensionstring = NULL")]
    [InlineData("graintypestring = 'other'")]
    [InlineData("serviceid = 'other'")]
    [InlineData("grainidn0 = 1")]
    [InlineData("grainidn1 = 1")]
    [InlineData("grainidhash = 1")]
    [InlineData("graintypehash = 1")]
    public async Task A_row_with_another_key_is_another_row(string difference)
    {
        var database = await shared.EmptyAsync();
        await AddAsync(database, Key, version: 1);
        await PostgresServer.ExecuteAsync(database, $"UPDATE orleansstorage SET {difference}");
        var rows = Rows(database);

        Assert.Equal([1], [.. await rows.WriteAsync([Row(Key, 1)])]);
        Assert.Equal("1", await PostgresServer.QueryAsync(database, "SELECT version FROM orleansstorage"));
        Assert.Equal([1], [.. await rows.WriteAsync([Row(Key, null)])]);
        Assert.Equal([2], [.. await rows.WriteAsync([Row(Key, 1)])]);
        Assert.Equal(
            "1 2", await PostgresServer.QueryAsync(database, "SELECT string_agg(version::text, ' ' ORDER BY version) FROM orleansstorage"));
    }

    [Fact]
    public async Task Each_row_of_a_group_has_an_outcome_of_its_own()
    {
        var database = await shared.EmptyAsync();
        await AddAsync(database, "replaced", version: 1);
        await AddAsync(database, "stale", version: 3);
        await AddAsync(database, "there", version: 5);

        var versions = await Rows(database).WriteAsync(
            [Row("new", null), Row("stale", 2), Row("replaced", 1), Row("there", null), Row("deleted", 6), Row("new too", null)]);

        Assert.Equal([1, 2, 2, null, 6, 1], [.. versions]);
        Assert.Equal("3 \\x01", await ContentAsync(database, "stale"));
        Assert.Equal("5 \\x01", await ContentAsync(database, "there"));
        Assert.Equal("1", await PostgresServer.QueryAsync(
            database, "SELECT count(DISTINCT xmin::text) FROM orleansstorage WHERE payloadbinary = '\\x02'"));
    }

    [Fact]
    public async Task A_group_with_a_row_that_the_database_refuses_changes_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await AddAsync(database, Key, version: 1);
        await PostgresServer.ExecuteAsync(
            database, "ALTER TABLE orleansstorage ADD CHECK (grainidextensionstring <> 'refused')");
        var rows = Rows(database);

        await Assert.ThrowsAsync<PostgresException>(() => rows.WriteAsync([Row("new", null), Row("refused", null), Row(Key, 1)]));
        Assert.Equal("1 \\x01", await ContentAsync(database, Key));
        Assert.Equal("1", await PostgresServer.QueryAsync(database, "SELECT count(*) FROM orleansstorage"));
        Assert.Equal([1, 2], [.. await rows.WriteAsync([Row("new", null), Row(Key, 1)])]);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(null, false)]
    [InlineData(1, false)]
    public async Task One_of_many_concurrent_writers_wins(int? replaced, bool firstIsRolledBack)
    {
        var database = await shared.EmptyAsync();
        if (replaced is { } version)
        {
            await AddAsync(database, Key, version);
        }

        // The first writer uses the provider's statement, and it is slow to commit.
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await WriteAsProviderAsync(connection, Key, replaced);

        var rows = Rows(database);
        var writes = Enumerable.Range(0, Writers).Select(_ => rows.WriteAsync([Row(Key, replaced)])).ToList();
        await Eventually.BecomesTrueAsync(
            async () => await PostgresServer.QueryAsync(
                database, "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted") == $"{Writers}",
            "all writers wait for the first one");
        await (firstIsRolledBack
            ? transaction.RollbackAsync(TestContext.Current.CancellationToken)
            : transaction.CommitAsync(TestContext.Current.CancellationToken));

        var versions = (await Task.WhenAll(writes)).Select(static versions => Assert.Single(versions)).ToList();
        Assert.Equal(firstIsRolledBack ? 1 : 0, versions.Count(version => version == (replaced ?? 0) + 1));
        Assert.Equal(firstIsRolledBack ? Writers - 1 : Writers, versions.Count(version => version == replaced));
        Assert.Equal($"{(replaced ?? 0) + 1} \\x02", await ContentAsync(database, Key));
    }

    [Fact]
    public async Task The_database_plans_each_statement_a_few_times_and_not_for_each_write()
    {
        // PostgreSQL tries five plans for given values before it keeps one for all values.
        const int Tries = 5;
        var database = await shared.EmptyAsync() + ";Maximum Pool Size=1";
        var rows = Rows(database);
        for (var version = 1; version <= 4 * Tries; version++)
        {
            await rows.WriteAsync([Row($"{version}", null)]);
            await rows.WriteAsync([Row(Key, version == 1 ? null : version - 1)]);
        }

        await using var connection = await _databases[^1].OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT count(*), max(custom_plans), min(generic_plans) FROM pg_prepared_statements WHERE statement ~ 'orleansstorage'",
            connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, reader.GetInt64(0));
        Assert.InRange(reader.GetInt64(1), 0, Tries);
        Assert.InRange(reader.GetInt64(2), 2 * Tries, 4 * Tries);
    }

    [Fact]
    public async Task The_grains_of_a_state_are_listed_a_page_at_a_time()
    {
        string[] keys =
        [
            "000000000001/archives-1", "beef", "0beef", "00beef", "0123456789abcdef0123456789abcdef", .. Enumerable.Range(0, 20).Select(static number => $"upload-{number}"),
        ];
        var database = await shared.EmptyAsync();
        var rows = Rows(database);
        await rows.WriteAsync([.. keys.Append("cleared").Select(static key => Of(key, State))]);
        await rows.WriteAsync([Of("another state", $"{State}-s1")]);
        await PostgresServer.ExecuteAsync(
            database, "UPDATE orleansstorage SET payloadbinary = NULL WHERE grainidextensionstring = 'cleared'");

        var listed = new List<string>();
        var last = RowKey.BeforeAll(State);
        while (await rows.ListAsync(last, limit: 7, TestContext.Current.CancellationToken) is { Count: > 0 } page)
        {
            listed.AddRange(page.Select(static row => row.NameGrain()));
            last = page[^1];
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));

        static RowWrite Of(string key, string state) => new(RowKey.Of(GrainId.Create(State, key), state), null, new byte[] { 2 });
    }

    private static RowWrite Row(string key, int? version) => new(KeyOf(key), version, new byte[] { 2 });

    private static RowKey KeyOf(string key) => new(KeyHash, 0, 0, key, StateHash, State);

    private PostgresRows Rows(string database)
    {
        _databases.Add(PostgresDatabase.Create(database));
        return new PostgresRows(_databases[^1], Service);
    }

    /// <summary>Writes a row as Orleans' provider does.</summary>
    /// <returns>The new version, or the expected one.</returns>
    private static async Task<int?> WriteAsProviderAsync(NpgsqlConnection connection, string key, int? version)
    {
        await using var text = new NpgsqlCommand(
            "SELECT querytext FROM orleansquery WHERE querykey = 'WriteToStorageKey'", connection);
        await using var write = new NpgsqlCommand((string)(await text.ExecuteScalarAsync())!, connection)
        {
            Parameters =
            {
                new NpgsqlParameter("GrainIdHash", KeyHash),
                new NpgsqlParameter("GrainIdN0", NpgsqlDbType.Bigint) { Value = 0L },
                new NpgsqlParameter("GrainIdN1", NpgsqlDbType.Bigint) { Value = 0L },
                new NpgsqlParameter("GrainTypeHash", StateHash),
                new NpgsqlParameter("GrainTypeString", State),
                new NpgsqlParameter("GrainIdExtensionString", key),
                new NpgsqlParameter("ServiceId", Service),
                new NpgsqlParameter("GrainStateVersion", version ?? (object)DBNull.Value),
                new NpgsqlParameter("PayloadBinary", new byte[] { 2 }),
            },
        };
        return await write.ExecuteScalarAsync() as int?;
    }

    private static Task AddAsync(string database, string key, int version) => PostgresServer.ExecuteAsync(
        database,
        $"""
        INSERT INTO orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring,
            serviceid, payloadbinary, modifiedon, version)
        VALUES ({KeyHash}, 0, 0, {StateHash}, '{State}', '{key}', '{Service}', '\x01', now() AT TIME ZONE 'utc', {version})
        """);

    private static Task<string?> ContentAsync(string database, string key) => PostgresServer.QueryAsync(
        database, $"SELECT version || ' ' || payloadbinary::text FROM orleansstorage WHERE grainidextensionstring = '{key}'");
}

using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>A primary that runs on although its standby was promoted.</summary>
[Collection(nameof(SharedPair)), Campaign]
public sealed class OldPrimaryTests(PostgresServer postgres, SharedPair shared)
{
    private const string Other = "other";

    private readonly string _row = $"row-{Guid.NewGuid():N}";

    [Fact]
    [Promise("cluster.md", "the primary is lost, the standby is promoted")]
    public async Task The_promoted_standby_gets_all_requests_and_the_old_primary_none()
    {
        var pair = await shared.TakeAsync();
        await using var database = PostgresDatabase.Create(pair.ConnectionString);
        await database.FindPrimaryAsync(Cancellation);
        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        var timeline = database.Timeline.Newest;
        Assert.True(await WriteAsync(database, _row));
        await pair.Primary.WaitForStandbyAsync(false);
        await using var onlyOld = PostgresDatabase.Create($"{PostgresPair.On(pair.Primary)};Pooling=true");
        Assert.Null(await ReadAsync(onlyOld, Other));

        await pair.PromoteAsync();
        await database.FindPrimaryAsync(Cancellation);

        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        Assert.Equal(timeline + 1, database.Timeline.Newest);
        Assert.NotNull(await ReadAsync(database, _row));
        var old = database.Servers.Single(server => server != database.Primary);
        var refused = await Assert.ThrowsAsync<NpgsqlException>(() => old.OpenAsync(Cancellation).AsTask());
        Assert.Contains(
            $"is an old primary: its timeline is {timeline}, and the database is on timeline {timeline + 1}.", refused.Message, StringComparison.Ordinal);

        // A connection to the old primary does not even report that a row is missing.
        onlyOld.Timeline.Learn("the new primary", await IdAsync(PostgresPair.On(pair.Primary)), timeline + 1);
        await Assert.ThrowsAsync<NpgsqlException>(() => ReadAsync(onlyOld, Other));
        await Assert.ThrowsAsync<NpgsqlException>(() => WriteAsync(onlyOld, Other));
    }

    [Fact]
    public async Task A_server_with_another_database_never_becomes_the_primary()
    {
        var pair = await shared.TakeAsync();
        await pair.PromoteAsync();
        var own = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        await pair.Primary.ExecuteAsync($"CREATE DATABASE {own.Database}");
        await using var database = PostgresDatabase.Create(
            $"Host=127.0.0.1:{own.Port},127.0.0.1:{pair.Primary.Port};Username={PostgresPrograms.Superuser};Database={own.Database}");
        database.Timeline.Learn("the primary", await IdAsync(own.ConnectionString), 1);

        await database.FindPrimaryAsync(Cancellation);

        Assert.Equal($"127.0.0.1:{own.Port}", database.Primary.Name);
    }

    [Fact]
    [Promise("cluster.md", "the primary hangs")]
    public async Task What_a_hung_primary_has_not_answered_ends_as_unknown_when_there_is_a_new_one()
    {
        var pair = await shared.TakeAsync();
        await using var database = PostgresDatabase.Create($"{pair.ConnectionString};Command Timeout=0;Timeout=60");
        await database.FindPrimaryAsync(Cancellation);
        await ReadAsync(database, _row);
        await pair.Primary.PauseAsync();
        List<Task> asked =
        [
            WriteAsync(database, _row),
            ReadAsync(database, _row),
            database.OpenAsync(CancellationToken.None).AsTask(),
        ];

        await pair.PromoteAsync();
        await database.FindPrimaryAsync(Cancellation);

        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        foreach (var question in asked)
        {
            // Not a PostgresException, which would be an answer.
            await Assert.ThrowsAsync<NpgsqlException>(() => question.WaitAsync(TimeSpan.FromSeconds(20)));
        }

        Assert.Null(await ReadAsync(database, _row));
    }

    [Theory]
    [InlineData("Host=db", "db:5432")]
    [InlineData("Host=one,two:6000, three;Port=5433", "one:5433 two:6000 three:5433")]
    [InlineData("Host=::1", "::1:5432")]
    [InlineData("Host=/run/postgresql,db;Target Session Attributes=any;Load Balance Hosts=true", "/run/postgresql:5432 db:5432")]
    public void Each_server_of_a_connection_string_is_asked(string connectionString, string servers) => Assert.Equal(
        servers, string.Join(' ', PostgresConnection.OfEachServer(connectionString).Select(server => $"{server.Host}:{server.Port}")));

    private static async Task<DatabaseId> IdAsync(string database)
    {
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        return new DatabaseId(
            long.Parse((await PostgresServer.QueryAsync(database, "SELECT system_identifier FROM pg_control_system()"))!, CultureInfo.InvariantCulture),
            uint.Parse((await PostgresServer.QueryAsync(database, $"SELECT oid FROM pg_database WHERE datname = '{name}'"))!, CultureInfo.InvariantCulture));
    }

    private static Task<NamedRow?> ReadAsync(PostgresDatabase database, string name) =>
        Rows(database).FindAsync(name, Cancellation).AsTask();

    private static Task<bool> WriteAsync(PostgresDatabase database, string name) =>
        Rows(database).TryWriteAsync(name, new byte[] { 1 }, version: null, Cancellation).AsTask();

    private static PostgresNamedRows Rows(PostgresDatabase database) => new(database, "service");
}

using Npgsql;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>A primary that runs on although its standby was promoted.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class OldPrimaryTests
{
    private static readonly RowKey Key = new(11, 0, 0, "000000000001/archives-1", 12, "ou-upload");

    [Fact]
    [Promise("cluster.md", "the primary is lost, the standby is promoted")]
    public async Task The_promoted_standby_gets_all_requests_and_the_old_primary_none()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var database = PostgresDatabase.Create(pair.ConnectionString);
        await database.FindPrimaryAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        await new PostgresRows(database, "service").WriteAsync([new RowWrite(Key, null, new byte[] { 1 })]);

        await pair.PromoteAsync();
        await database.FindPrimaryAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        Assert.Equal(2u, database.Timeline.Newest);
        Assert.Equal(1, (await ReadAsync(database))?.Version);
        var old = database.Servers.Single(server => server != database.Primary);
        var refused = await Assert.ThrowsAsync<NpgsqlException>(
            () => old.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("is an old primary: its timeline is 1, and the database is on timeline 2.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Promise("cluster.md", "the primary hangs")]
    public async Task What_a_hung_primary_has_not_answered_ends_as_unknown_when_there_is_a_new_one()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var database = PostgresDatabase.Create($"{pair.ConnectionString};Command Timeout=0;Timeout=60");
        await database.FindPrimaryAsync(TestContext.Current.CancellationToken);
        await ReadAsync(database);
        await pair.Primary.PauseAsync();
        List<Task> asked =
        [
            new PostgresRows(database, "service").WriteAsync([new RowWrite(Key, null, new byte[] { 1 })]),
            ReadAsync(database),
            database.OpenAsync(CancellationToken.None).AsTask(),
        ];

        await pair.PromoteAsync();
        await database.FindPrimaryAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
        foreach (var question in asked)
        {
            // Not a PostgresException, which would be an answer.
            await Assert.ThrowsAsync<NpgsqlException>(() => question.WaitAsync(TimeSpan.FromSeconds(20)));
        }

        Assert.Null(await ReadAsync(database));
    }

    [Fact]
    [Promise("cluster.md", "the primary is lost, the standby is promoted")]
    public async Task A_connection_to_the_old_primary_finds_nothing_not_even_that_there_is_nothing()
    {
        await using var pair = await PostgresPair.StartAsync();
        await pair.Primary.WaitForStandbyAsync(false);
        await using var onlyOld = PostgresDatabase.Create($"{PostgresPair.On(pair.Primary)};Pooling=true");
        Assert.Null(await ReadAsync(onlyOld));

        await pair.PromoteAsync();
        onlyOld.Timeline.Learn("the new primary", await IdAsync(pair), 2);

        await Assert.ThrowsAsync<NpgsqlException>(() => ReadAsync(onlyOld));
        await Assert.ThrowsAsync<NpgsqlException>(
            () => new PostgresRows(onlyOld, "service").WriteAsync([new RowWrite(Key, null, new byte[] { 1 })]));
    }

    [Fact]
    public async Task A_server_with_another_database_never_becomes_the_primary()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var other = await PostgresPair.StartAsync();
        await other.PromoteAsync();
        await using var database = PostgresDatabase.Create(
            $"Host=127.0.0.1:{pair.Primary.Port},127.0.0.1:{other.Primary.Port};Username={PostgresPrograms.Superuser};Database=uploads");
        database.Timeline.Learn("the primary", await IdAsync(pair), 1);

        await database.FindPrimaryAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"127.0.0.1:{pair.Primary.Port}", database.Primary.Name);
    }

    [Theory]
    [InlineData("Host=db", "db:5432")]
    [InlineData("Host=one,two:6000, three;Port=5433", "one:5433 two:6000 three:5433")]
    [InlineData("Host=::1", "::1:5432")]
    [InlineData("Host=/run/postgresql,db;Target Session Attributes=any;Load Balance Hosts=true", "/run/postgresql:5432 db:5432")]
    public void Each_server_of_a_connection_string_is_asked(string connectionString, string servers) => Assert.Equal(
        servers, string.Join(' ', PostgresConnection.OfEachServer(connectionString).Select(server => $"{server.Host}:{server.Port}")));

    private static async Task<DatabaseId> IdAsync(PostgresPair pair)
    {
        var (system, oid) = (
            await pair.Primary.QueryAsync("SELECT system_identifier FROM pg_control_system()"),
            await pair.Primary.QueryAsync("SELECT oid FROM pg_database WHERE datname = 'uploads'"));
        return new DatabaseId(
            long.Parse(system!, System.Globalization.CultureInfo.InvariantCulture),
            uint.Parse(oid!, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Task<StoredRow?> ReadAsync(PostgresDatabase database) =>
        new PostgresRows(database, "service").ReadAsync(Key, isConfirmed: true, TestContext.Current.CancellationToken);
}

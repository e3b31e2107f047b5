using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;


namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>Two silos that write the first state of a grain concurrently.</summary>
public sealed class FirstWriteTests(PostgresServer postgres)
{
    private const string State = "ou-vault";
    private const long Barrier = 20260101;

    private static readonly GrainId Grain = GrainId.Create("ou-vault", "000000000001/photos");

    [Fact]
    public async Task One_of_two_concurrent_first_writes_fails()
    {
        var (written, rows) = await WriteTwiceAtOnceAsync(await postgres.CreateDatabaseAsync());
        Assert.Equal(1, written);
        Assert.Equal(1, rows);
    }

    [Fact]
    public async Task Without_the_unique_index_both_first_writes_succeed()
    {
        var (written, rows) = await WriteTwiceAtOnceAsync(await postgres.CreateDatabaseAsync(withFence: false));
        Assert.Equal(2, written);
        Assert.Equal(2, rows);
    }

    /// <summary>Holds both writes at a barrier in the database, before the insert.</summary>
    private static async Task<(int Written, long Rows)> WriteTwiceAtOnceAsync(string database)
    {
        await PostgresServer.ExecuteAsync(
            database,
            $"""
            CREATE FUNCTION wait_at_barrier() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock_shared({Barrier}); RETURN NEW; END $$;
            CREATE TRIGGER barrier BEFORE INSERT ON orleansstorage FOR EACH ROW EXECUTE FUNCTION wait_at_barrier();
            """);
        using var host = await StartHostAsync(database);
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("test");
        await using var source = NpgsqlDataSource.Create(database);
        await using var barrier = await source.OpenConnectionAsync();
        await ReadAsync<object>(barrier, $"SELECT pg_advisory_lock({Barrier})");
        Task<bool>[] writes = [TryWriteAsync(storage, 1), TryWriteAsync(storage, 2)];
        await Eventually.BecomesTrueAsync(
            async () => await ReadAsync<long>(
                barrier, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == writes.Length,
            "both writes wait at the barrier");
        await ReadAsync<object>(barrier, $"SELECT pg_advisory_unlock({Barrier})");
        var written = (await Task.WhenAll(writes)).Count(won => won);
        return (
            written,
            await ReadAsync<long>(barrier, $"SELECT count(*) FROM orleansstorage WHERE graintypestring = '{State}'"));
    }

    private static async Task<bool> TryWriteAsync(IGrainStorage storage, byte content)
    {
        try
        {
            await storage.WriteStateAsync(
                State, Grain, new GrainState<JournalRow>(new JournalRow { Content = [content] }), CancellationToken.None);
            return true;
        }
        catch (Exception fault) when (fault is InconsistentStateException or NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<IHost> StartHostAsync(string database)
    {
        var ports = FreePort.Take(2);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1]).AddAdoNetGrainStorage("test", options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = database;
        }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}

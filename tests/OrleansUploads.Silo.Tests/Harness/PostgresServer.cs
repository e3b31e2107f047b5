using OrleansUploads.Silo.Database;

[assembly: AssemblyFixture(typeof(OrleansUploads.Silo.Tests.Harness.PostgresServer))]

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A PostgreSQL server for the duration of the tests, with a database for each cluster.</summary>
/// <remarks>It does not flush, because no test cuts the power of the database. The tests only kill its clients.</remarks>
public sealed class PostgresServer : IAsyncLifetime, IDatabaseServer
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<PostgresNode>> _node;
    private int _databases;

    public PostgresServer() => _node = new Lazy<Task<PostgresNode>>(async () =>
    {
        var node = new PostgresNode(_folder.Path);
        await node.MakePrimaryAsync();
        await node.StartAsync();
        return node;
    });

    string IDatabaseServer.Name => "PostgreSQL";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async Task<IClusterDatabase> IDatabaseServer.CreateAsync() => new PostgresClusterDatabase(await CreateDatabaseAsync());

    Task IDatabaseServer.StopAsync() => StopImmediatelyAsync();

    Task IDatabaseServer.StartAsync() => StartProcessAsync();

    /// <summary>Creates a database that a silo can use. Skips the test if that is impossible.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var connection = await CreateEmptyDatabaseAsync();
        await ApplySchemaAsync(connection);
        return connection;
    }

    /// <summary>Runs the script that creates what a silo needs.</summary>
    public static async Task ApplySchemaAsync(string connectionString) =>
        await ExecuteAsync(connectionString, await File.ReadAllTextAsync(Repository.File("deploy/postgres/schema.sql")));

    /// <summary>Creates an empty database. Skips the test if that is impossible.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateEmptyDatabaseAsync()
    {
        PostgresPrograms.RequireInstalled();
        var node = await _node.Value;
        var name = $"silos_{Interlocked.Increment(ref _databases)}";
        await node.ExecuteAsync($"CREATE DATABASE {name}");
        return $"Host=127.0.0.1;Port={node.Port};Username={PostgresPrograms.Superuser};Database={name};Maximum Pool Size=40";
    }

    public static async Task ExecuteAsync(string connectionString, string statements)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(statements);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<string?> QueryAsync(string connectionString, string query)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(query);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Stops the server immediately, for all databases. <see cref="StartProcessAsync"/> starts it again.</summary>
    public async Task StopImmediatelyAsync() => await (await _node.Value).StopAsync();

    public async Task StartProcessAsync() => await (await _node.Value).StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_node is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _node.Value).DisposeAsync();
        }

        _folder.Dispose();
    }
}

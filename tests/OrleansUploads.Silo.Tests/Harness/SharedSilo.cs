namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>One silo on PostgreSQL, for tests that only read or add data.</summary>
public sealed class SharedSilo : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<RunningSilo>> _silo;

    public SharedSilo(PostgresServer postgres) => _silo = new Lazy<Task<RunningSilo>>(async () =>
    {
        Environment = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data);
        return await RunningSilo.StartAsync(Environment);
    });

    public string PartsFolder => _folder.Data;

    /// <summary>The environment of the silo, once it runs.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; private set; } = new Dictionary<string, string?>();

    internal string Database => Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!;

    /// <summary>Starts the silo, unless it runs. Skips the test if there is no PostgreSQL.</summary>
    internal Task<RunningSilo> StartAsync() => _silo.Value;

    public async ValueTask DisposeAsync()
    {
        if (_silo is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _silo.Value).DisposeAsync();
        }

        _folder.Dispose();
    }
}

[CollectionDefinition(nameof(SharedSilo))]
public sealed class WithSharedSilo : ICollectionFixture<SharedSilo>;

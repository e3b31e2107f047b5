namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>Tests on a primary and its standby, for which commits wait.</summary>
public abstract class TestOnPair(SharedPair shared) : IAsyncLifetime
{
    private readonly List<PostgresDatabase> _databases = [];

    private protected PostgresPair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await shared.TakeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Connects as a silo does.</summary>
    private protected async Task<PostgresDatabase> ConnectAsync(string settings)
    {
        var database = PostgresDatabase.Create($"{Pair.ConnectionString};{settings}");
        _databases.Add(database);
        await database.FindPrimaryAsync(Cancellation);
        return database;
    }

    /// <summary>Waits until a commit waits for the standby, and ends its wait.</summary>
    protected Task CancelWaitsAsync() =>
        Eventually.BecomesTrueAsync(async () => await Pair.Primary.CancelWaitsAsync() > 0, "a commit waits for the standby");
}

using OrleansUploads.Silo.Tests.Copies;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Three silos whose store is slow, behind HAProxy. If readiness took a slow store for a failed one, the load balancer would have no
/// silo left.</summary>
public sealed class SlowStoreTests(PostgresServer postgres, ITestOutputHelper output) : TestWithFolder
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    [Fact, Slice(2)]
    public async Task No_request_fails_behind_a_load_balancer_while_the_store_answers_three_seconds_late()
    {
        await using var server = await S3Calls.StartStoreAsync(Folder.File("store"));
        await using var store = new SlowProxy(server.Address);
        var database = await postgres.CreateDatabaseAsync();
        var silos = await RunningSilo.StartAllAsync(Enumerable.Range(0, 3).Select(_ =>
            new SiloStart(RunningSilo.OnPostgres(database, Folder.Data)).WithPartsIn(server, store.Address)));
        try
        {
            await using var balancer = await RunningHaproxy.StartAsync(Folder.Path, silos);
            await using var load = await AcknowledgedLoad.StartAsync(balancer.Address, balancer.Address, balancer.Address);
            await load.AwaitMoreAsync(12);
            store.Delay = Late;
            await load.AwaitMoreAsync(12);
            store.Delay = TimeSpan.Zero;
            await load.StopAsync();
            output.WriteLine($"{load.Count} archives and objects were stored.");
            await load.RequireAllAsync(balancer.Address);
            Assert.DoesNotContain("has no server available", balancer.Log, StringComparison.Ordinal);
        }
        finally
        {
            await Task.WhenAll(silos.Select(static silo => silo.DisposeAsync().AsTask()));
        }
    }
}

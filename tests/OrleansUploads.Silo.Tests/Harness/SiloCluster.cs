using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Three silos on a database behind a load balancer, which a test disturbs.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    public const int Count = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly TemporaryFolder _folder = new();
    private readonly List<RunningSilo> _silos = [];

    private SiloCluster(IClusterDatabase database) => Database = database;

    public IClusterDatabase Database { get; }

    /// <summary>The folder for all bytes.</summary>
    public string PartsFolder => _folder.Data;

    public LoadBalancer Balancer { get; } = new();

    public IReadOnlyList<RunningSilo> Silos => _silos;

    /// <param name="server">The server of the cluster's database.</param>
    /// <param name="with">Changes how a silo is started, by its number.</param>
    public static async Task<SiloCluster> StartAsync(IDatabaseServer server, Func<int, SiloStart, SiloStart>? with = null) =>
        await StartAsync(await server.CreateAsync(), with);

    /// <param name="database">The cluster's database.</param>
    /// <param name="with">Changes how a silo is started, by its number.</param>
    public static async Task<SiloCluster> StartAsync(IClusterDatabase database, Func<int, SiloStart, SiloStart>? with = null)
    {
        var cluster = new SiloCluster(database);
        var starts = Enumerable.Range(0, Count)
            .Select(_ => new SiloStart(database.NewSilo(cluster._folder.Data)))
            .Select((start, number) => with?.Invoke(number, start) ?? start).ToList();
        cluster._silos.AddRange(await RunningSilo.StartAllAsync(starts));
        cluster.Balancer.Use(cluster._silos);
        return cluster;
    }

    /// <summary>Kills a silo. New connections go to the others.</summary>
    public async Task KillAsync(int number)
    {
        await _silos[number].KillAsync();
        Leave(number);
    }

    /// <summary>Pauses a silo. New connections go to the others.</summary>
    public void Pause(int number)
    {
        _silos[number].Process.Pause();
        Leave(number);
    }

    /// <summary>Resumes a silo when the others have declared it dead, and waits until it notices that and ends.</summary>
    public async Task AwaitRemovalAndEndAsync(int number)
    {
        await AwaitRemovalAsync(number);
        _silos[number].Process.Resume();
        await AwaitOwnEndAsync(number);
    }

    /// <summary>Lets new connections leave a silo, and stops it gracefully.</summary>
    public async Task StopAsync(int number)
    {
        Leave(number);
        await _silos[number].StopAsync();
    }

    /// <summary>Waits for the end of a silo that the others have removed, and that was not killed.</summary>
    public async Task AwaitOwnEndAsync(int number) => Assert.True(
        await _silos[number].WaitForExitAsync() == FatalExit.RemovedExitCode, $"Silo {number} ended by itself. {_silos[number]}");

    /// <summary>Waits until the other silos have declared a silo dead.</summary>
    public Task AwaitRemovalAsync(int number) => Eventually.BecomesTrueAsync(
        async () => !await Database.HasSiloAsync(_silos[number].SiloPort), "the silo is removed", Patience);

    /// <summary>Starts a silo again at its address.</summary>
    /// <param name="number">The silo.</param>
    /// <param name="with">Changes how it is started, now and later.</param>
    public async Task ReplaceAsync(int number, Func<SiloStart, SiloStart>? with = null)
    {
        await _silos[number].DisposeAsync();
        _silos[number] = await _silos[number].StartAgainAsync(with);
        Balancer.Use(_silos);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        Balancer.Dispose();
        _folder.Dispose();
    }

    /// <summary>Lets new connections leave a silo.</summary>
    private void Leave(int number) => Balancer.Use(_silos.Where((_, other) => other != number));
}

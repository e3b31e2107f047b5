using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Three silos on a database, which a test disturbs.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    public const int Count = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan RemovalInterval = TimeSpan.FromMilliseconds(500);

    private readonly TemporaryFolder _folder = new();
    private readonly List<RunningSilo> _silos = [];

    private long _logBytesOfEnded;

    private SiloCluster(IClusterDatabase database) => Database = database;

    public IClusterDatabase Database { get; }

    public string PartsFolder => _folder.Data;

    /// <summary>Chooses silos for requests.</summary>
    public Rotation Rotation { get; private set; } = null!;

    public IReadOnlyList<RunningSilo> Silos => _silos;

    public long LogBytes => _logBytesOfEnded + _silos.Sum(static silo => (long)silo.Log.Length);

    /// <param name="database">The cluster's database.</param>
    /// <param name="with">Changes how a silo is started, by its number.</param>
    public static async Task<SiloCluster> StartAsync(IClusterDatabase database, Func<int, SiloStart, SiloStart>? with = null)
    {
        var cluster = new SiloCluster(database);
        var starts = Enumerable.Range(0, Count)
            .Select(_ => new SiloStart(database.NewSilo(cluster._folder.Data)))
            .Select((start, number) => with?.Invoke(number, start) ?? start).ToList();
        cluster._silos.AddRange(await RunningSilo.StartAllAsync(starts));
        cluster.Rotation = new Rotation(cluster._silos.Select(static silo => silo.Address));
        return cluster;
    }

    /// <summary>Resumes a silo when the others have declared it dead, and waits until it notices that and ends.</summary>
    public async Task AwaitRemovalAndEndAsync(int number)
    {
        await AwaitRemovalAsync(number);
        _silos[number].Process.Resume();
        await AwaitOwnEndAsync(number);
    }

    /// <summary>Waits for the end of a silo that the others have removed, and that was not killed.</summary>
    public async Task AwaitOwnEndAsync(int number) => Assert.True(
        await _silos[number].WaitForExitAsync() == FatalExit.RemovedExitCode, $"Silo {number} ended by itself. {_silos[number]}");

    /// <summary>Waits until the other silos have declared a silo dead.</summary>
    public Task AwaitRemovalAsync(int number) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var isRemoved = !await Database.HasSiloAsync(_silos[number].SiloPort);

            // Each query opens a new connection, and the removal takes many seconds.
            await Task.Delay(isRemoved ? TimeSpan.Zero : RemovalInterval);
            return isRemoved;
        },
        "the silo is removed",
        Patience);

    /// <summary>Starts a silo again at its address, and waits until it says that it is ready.</summary>
    /// <param name="number">The silo.</param>
    /// <param name="with">Changes how it is started, now and later.</param>
    public async Task ReplaceAsync(int number, Func<SiloStart, SiloStart>? with = null)
    {
        await _silos[number].DisposeAsync();
        Interlocked.Add(ref _logBytesOfEnded, _silos[number].Log.Length);
        _silos[number] = await _silos[number].StartAgainAsync(with);
        await Rotation.AwaitReadyAsync(number);
    }

    public async ValueTask DisposeAsync()
    {
        await Rotation.DisposeAsync();
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        _folder.Dispose();
    }
}

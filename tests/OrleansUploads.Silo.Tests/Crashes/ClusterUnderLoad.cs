using System.Globalization;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Three silos on a database behind a load balancer, and clients that upload archives while a test disturbs the
/// silos.</summary>
internal sealed class ClusterUnderLoad : IAsyncDisposable
{
    public const int SiloCount = 3;

    /// <summary>The number of archives that are finished between two disturbances.</summary>
    public const int ArchivesBetween = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly TemporaryFolder _folder = new();
    private readonly List<RunningSilo> _silos = [];

    private ClusterUnderLoad(IClusterDatabase database) => Database = database;

    public IClusterDatabase Database { get; }

    /// <summary>The folder for all bytes.</summary>
    public string PartsFolder => _folder.Data;

    public LoadBalancer Balancer { get; } = new();

    public ClusterLedger Ledger { get; } = new();

    public IReadOnlyList<RunningSilo> Silos => _silos;

    /// <param name="server">The server of the cluster's database.</param>
    /// <param name="with">Changes how a silo is started, by its number.</param>
    public static async Task<ClusterUnderLoad> StartAsync(IDatabaseServer server, Func<int, SiloStart, SiloStart>? with = null) =>
        await StartAsync(await server.CreateAsync(), with);

    /// <param name="database">The cluster's database.</param>
    /// <param name="with">Changes how a silo is started, by its number.</param>
    public static async Task<ClusterUnderLoad> StartAsync(IClusterDatabase database, Func<int, SiloStart, SiloStart>? with = null)
    {
        var cluster = new ClusterUnderLoad(database);
        var starts = Enumerable.Range(0, SiloCount)
            .Select(_ => new SiloStart(database.NewSilo(cluster._folder.Data)))
            .Select((start, number) => with?.Invoke(number, start) ?? start).ToList();
        cluster._silos.AddRange(await RunningSilo.StartAllAsync(starts));
        cluster.Balancer.Use(cluster._silos);
        using var client = cluster.Balancer.Connect();
        await client.CreateVaultAsync(ClusterLedger.Vault);
        return cluster;
    }

    /// <summary>A number from the environment, such as the rounds of a long run.</summary>
    public static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : byDefault;

    /// <summary>Disturbs the silos repeatedly under load, each time after the clients have finished some archives.</summary>
    public Task RunAsync(int clients, int rounds, Func<int, Task> disturbAsync, RetryPolicy? retry = null) =>
        RunAsync(clients, ClientHabits.Busy, round => round < rounds, disturbAsync, retry);

    /// <summary>Disturbs the silos for as long as there is another round.</summary>
    public async Task RunAsync(
        int clients, ClientHabits habits, Func<int, bool> hasRound, Func<int, Task> disturbAsync, RetryPolicy? retry = null)
    {
        using var stopping = new CancellationTokenSource();
        var running = Enumerable.Range(0, clients)
            .Select(number => new ClusterClient(Balancer.Connect(retry), Ledger, new Random(number), habits).RunAsync(stopping.Token))
            .ToArray();
        try
        {
            for (var round = 0; hasRound(round); round++)
            {
                await AwaitProgressAsync(running);
                await disturbAsync(round);
            }

            await AwaitProgressAsync(running);
        }
        finally
        {
            await stopping.CancelAsync();
        }

        await Task.WhenAll(running);
    }

    /// <summary>Disables a silo. New connections go to the others.</summary>
    public async Task DisableAsync(int number, Func<RunningSilo, Task> disableAsync)
    {
        await disableAsync(_silos[number]);
        Balancer.Use(_silos.Where((_, other) => other != number));
    }

    /// <summary>Lets new connections leave a silo, and stops it gracefully.</summary>
    public async Task StopAsync(int number)
    {
        Balancer.Use(_silos.Where((_, other) => other != number));
        await _silos[number].StopAsync();
    }

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

    /// <summary>Compares the state of the cluster with what the clients were told.</summary>
    public async Task AuditAsync()
    {
        using var client = Balancer.Connect();
        await ClusterAudit.CheckAsync(client, Ledger);
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

    private Task AwaitProgressAsync(Task[] clients)
    {
        var goal = Ledger.Archives + ArchivesBetween;
        return Eventually.BecomesTrueAsync(
            () =>
            {
                Assert.True(
                    Array.Find(clients, client => client.IsFaulted) is not { } failed,
                    $"{Array.Find(clients, client => client.IsFaulted)?.Exception}\n{string.Join('\n', _silos)}");
                return Ledger.Archives >= goal;
            },
            $"{ArchivesBetween} more archives are finished",
            Patience);
    }
}

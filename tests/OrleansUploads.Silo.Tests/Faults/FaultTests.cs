using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Tests.Recovery;
using OrleansUploads.Silo.Tests.Soak;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Faults under clients that do not retry: a request may fail or wait only while a fault or the recovery from it lasts.
/// <c>deploy/local-cluster.sh faults</c> runs it.</summary>
public sealed class FaultTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output)
{
    private const int Clients = 10;
    private const string Stop = "a silo was stopped";

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(TestSetting.Read("ORLEANSUPLOADS_FAULT_MINUTES", 0));
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Longer than the rotation needs to notice that a silo is not ready.</summary>
    private static readonly TimeSpan DrainDelay = TimeSpan.FromSeconds(5);

    private readonly FaultLog _log = new();

    [Fact]
    public async Task Requests_fail_only_while_a_fault_or_the_recovery_from_it_lasts()
    {
        Assert.SkipWhen(Duration == TimeSpan.Zero, "deploy/local-cluster.sh faults runs this test.");
        if (NetworkCut.IsPossible)
        {
            await NetworkCut.PrepareAsync(SiloCluster.Count);
        }

        await using var cluster = await SiloCluster.StartAsync(
            DatabaseServers.Chosen(postgres, azurite),
            static (number, start) => (start with { Group = NetworkCut.GroupOf(number) })
                .With(KnownSettings.DrainDelay.Variable, $"{DrainDelay.TotalSeconds:F0}s"));
        SiloClient[] silos = [.. cluster.Silos.Select(static silo => new SiloClient(silo))];
        await silos[0].Vaults.CreateVaultAsync(MeasuredClient.Vault);
        await silos[0].SendS3Async(HttpMethod.Put, MeasuredClient.Bucket);
        await using var rotation = new Rotation(cluster.Silos);
        var clients = Enumerable.Range(0, Clients).Select(number => new MeasuredClient(silos, rotation, _log, number)).ToList();
        using var stopping = new CancellationTokenSource();
        var running = clients.Select(client => client.RunAsync(stopping.Token)).ToList();

        await InjectFaultsAsync(cluster, running);

        await Task.Delay(Calm);
        await stopping.CancelAsync();
        await Task.WhenAll(running);
        Array.ForEach(silos, static silo => silo.Dispose());
        foreach (var line in _log.Describe().Concat(_log.Unexplained.Select(static request => $"UNEXPLAINED {request}")))
        {
            Say(line);
        }

        Say($"{clients.Sum(static client => client.Compared)} archives and objects were read and compared.");
        Assert.Empty(_log.Unexplained);
        Assert.Empty(_log.CoveredOnlyBy(Stop));
    }

    private async Task InjectFaultsAsync(SiloCluster cluster, List<Task> running)
    {
        Func<SiloCluster, int, Task>[] faults = [KillAsync, StopAsync, PauseAsync, KillAllAsync, CutAsync];
        for (var round = 0; _log.Now < Duration; round++)
        {
            await Task.Delay(Calm);
            Assert.True(running.Find(static client => client.IsCompleted) is not { } ended, $"{running.Find(static client => client.IsCompleted)?.Exception}");
            await faults[round % faults.Length](cluster, round % SiloCluster.Count);
            Say($"{_log.Now.TotalSeconds:F0} s: {_log.Windows.LastOrDefault()?.Kind}, {_log.Answered} answers, {_log.Failed.Count} failures so far");
            await Task.Delay(Calm);
        }
    }

    private Task KillAsync(SiloCluster cluster, int victim) => _log.InjectAsync("a silo was killed", [victim], async () =>
    {
        await cluster.KillAsync(victim);
        await ReplaceAsync(cluster, victim);
    });

    private Task StopAsync(SiloCluster cluster, int victim) => _log.InjectAsync(Stop, [victim], async () =>
    {
        await cluster.StopAsync(victim);
        await ReplaceAsync(cluster, victim);
    });

    private Task PauseAsync(SiloCluster cluster, int victim) => _log.InjectAsync("a silo was paused", [victim], async () =>
    {
        cluster.Pause(victim);
        await cluster.AwaitRemovalAndEndAsync(victim);
        await ReplaceAsync(cluster, victim);
    });

    private Task KillAllAsync(SiloCluster cluster, int victim) => _log.InjectAsync("all silos were killed", [0, 1, 2], async () =>
    {
        await Task.WhenAll(cluster.Silos.Select(static silo => silo.KillAsync()));
        await Task.WhenAll(Enumerable.Range(0, SiloCluster.Count).Select(number => ReplaceAsync(cluster, number)));
    });

    /// <summary>Drops the packets from one silo to another until one of the two is removed, and replaces it.</summary>
    private async Task CutAsync(SiloCluster cluster, int victim)
    {
        if (!NetworkCut.IsPossible)
        {
            Say("The network was not cut, because this process has no network namespace of its own.");
            return;
        }

        var other = (victim + 1) % SiloCluster.Count;
        await _log.InjectAsync("a network was cut", [victim, other], async () =>
        {
            var (from, to) = (cluster.Silos[victim], cluster.Silos[other]);
            await NetworkCut.CutAsync(victim, from, other, to);
            await Task.Delay(TimeSpan.FromSeconds(20));
            await NetworkCut.HealAsync(victim, from, other, to);
            foreach (var number in await FindRemovedAsync(cluster, victim, other))
            {
                await cluster.AwaitOwnEndAsync(number);
                await ReplaceAsync(cluster, number);
            }
        });
    }

    /// <summary>The silos that the others have removed. They end when they read the membership again.</summary>
    private static async Task<IReadOnlyList<int>> FindRemovedAsync(SiloCluster cluster, params int[] numbers)
    {
        var removed = new List<int>();
        foreach (var number in numbers)
        {
            if (!await cluster.Database.HasSiloAsync(cluster.Silos[number].SiloPort))
            {
                removed.Add(number);
            }
        }

        return removed;
    }

    /// <summary>Starts a silo again and waits until it says that it is ready.</summary>
    private static async Task ReplaceAsync(SiloCluster cluster, int number)
    {
        await cluster.ReplaceAsync(number);
        using var silo = new SiloClient(cluster.Silos[number]);
        await Eventually.BecomesTrueAsync(silo.IsReadyAsync, "the silo says that it is ready", Patience);
    }

    /// <summary>Shows the progress of a long run at once.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}

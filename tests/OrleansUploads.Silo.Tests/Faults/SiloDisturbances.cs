namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>What can happen to the silos of a cluster and to the network between them.</summary>
internal sealed class SiloDisturbances(SiloCluster cluster)
{
    /// <summary>The first lost packets are sent again about 12.6 seconds later. A cut of this length ends just before then.</summary>
    public static readonly TimeSpan Cut = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan AfterCut = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan MaxStartDelay = TimeSpan.FromSeconds(2);

    public IEnumerable<Disturbance> All =>
    [
        .. OfOne,
        new("a silo was stopped", StopAsync) { IsSeamless = true },
        new("all silos were killed", _ => KillAllAsync(missing: null)) { StopsAll = true },
        new("all silos were killed, and one stayed away", silo => KillAllAsync(silo)) { StopsAll = true },
    ];

    /// <summary>What happens to one silo, and leaves it another process.</summary>
    public IEnumerable<Disturbance> OfOne =>
    [
        new("a silo was killed", KillAsync),
        new("a silo was paused", PauseAsync),
        .. NetworkCut.IsPossible ? (Disturbance[])[new("packets of one silo to another were lost", CutAsync)] : [],
    ];

    /// <summary>How silos start in a cluster that is disturbed like this.</summary>
    public static SiloStart Prepare(int number, SiloStart start) => (start with { Group = NetworkCut.GroupOf(number) })
        .With(VariableOf(nameof(SiloSettings.DrainDelay)), "5s"); // Longer than the rotation needs to notice that a silo is not ready.

    private async Task KillAsync(int silo)
    {
        await cluster.Silos[silo].KillAsync();
        await cluster.ReplaceAsync(silo);
    }

    private async Task StopAsync(int silo)
    {
        await cluster.Silos[silo].StopAsync();
        await cluster.ReplaceAsync(silo);
    }

    private async Task PauseAsync(int silo)
    {
        cluster.Silos[silo].Process.Pause();
        await cluster.AwaitRemovalAndEndAsync(silo);
        Assert.Contains("orleans-uploads-silo: The cluster removed this silo", cluster.Silos[silo].Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Current stack", cluster.Silos[silo].Log, StringComparison.Ordinal);
        await cluster.ReplaceAsync(silo);
    }

    /// <summary>Kills all silos at once and starts them again at random times, as after a power cut.</summary>
    private async Task KillAllAsync(int? missing)
    {
        await Task.WhenAll(cluster.Silos.Select(static silo => silo.KillAsync()));
        int[] returning = [.. Enumerable.Range(0, SiloCluster.Count).Where(silo => silo != missing)];
        await Task.WhenAll(returning.Select(async silo =>
        {
            await Task.Delay(MaxStartDelay * Random.Shared.NextDouble());
            await cluster.ReplaceAsync(silo);
        }));
        if (missing is { } last)
        {
            await cluster.AwaitRemovalAsync(last);
            await cluster.ReplaceAsync(last);
        }
    }

    /// <summary>Drops the packets from one silo to another, and replaces the silos that the others have removed meanwhile.</summary>
    private async Task CutAsync(int silo)
    {
        var other = silo == 1 ? 2 : 1;
        var (from, to) = (cluster.Silos[silo], cluster.Silos[other]);
        await NetworkCut.CutAsync(silo, from, other, to);
        try
        {
            await Task.Delay(Cut);
        }
        finally
        {
            await NetworkCut.HealAsync(silo, from, other, to);
        }

        await Task.Delay(AfterCut);
        foreach (var number in (int[])[silo, other])
        {
            // A silo that was removed ends when it reads the membership again.
            if (!await cluster.Database.HasSiloAsync(cluster.Silos[number].SiloPort))
            {
                await cluster.AwaitOwnEndAsync(number);
                await cluster.ReplaceAsync(number);
            }
        }

        await cluster.Rotation.AwaitReadyAsync();
    }
}

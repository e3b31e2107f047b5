namespace OrleansUploads.Silo.Tests.Soak;

/// <summary>What happens to the cluster during a soak. Silo 0 is only ever updated, so that its memory can be compared.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="server">The server of its database.</param>
/// <param name="clocks">Sets wrong clocks, or null if that is impossible.</param>
/// <param name="previousSilo">The silo of the previous build, or null to update to the same build.</param>
/// <param name="archives">Returns the number of archives that were stored so far.</param>
/// <param name="random">Decides what happens next.</param>
/// <param name="say">Reports something unusual.</param>
internal sealed class Disturbances(
    SiloCluster cluster,
    IDatabaseServer server,
    ClockOffset? clocks,
    string? previousSilo,
    Func<long> archives,
    Random random,
    Action<string> say)
{
    /// <summary>The longest time for which the network is cut.</summary>
    public static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(60);

    /// <summary>The updates of the whole cluster; later ones leave silo 0 alone.</summary>
    private const int WholeUpdates = 2;

    private const int MaxStarts = 3;

    /// <summary>The archives that are stored while a clock is wrong.</summary>
    private const int ArchivesWhileWrong = 200;

    private static readonly TimeSpan WrongBy = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Queue<Func<Task<string>>> _next = new();
    private long _logBytesOfEnded;
    private int _updates;
    private bool _runsPrevious;

    /// <summary>How often each of them has happened.</summary>
    public string Counts => string.Join(", ", _counts.Select(static pair => $"{pair.Value} {pair.Key}"));

    /// <summary>What all silos have logged so far.</summary>
    public long LogBytes => _logBytesOfEnded + cluster.Silos.Sum(static silo => (long)silo.Log.Length);

    private int Victim => random.Next(1, SiloCluster.Count);

    /// <summary>Lets the next one happen. Each kind happens once before one of them is repeated.</summary>
    /// <returns>What happened.</returns>
    public async Task<string> NextAsync()
    {
        if (_next.Count == 0)
        {
            Func<Task<string>>[] kinds = [KillAsync, PauseAsync, UpdateAsync, RestartDatabaseAsync, CutNetworkAsync, SetClockAsync];
            random.Shuffle(kinds);
            Array.ForEach(kinds, _next.Enqueue);
        }

        await ReplaceRemovedAsync();
        var kind = await _next.Dequeue()();
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        return kind;
    }

    /// <summary>Starts the silos again that the others have removed.</summary>
    public async Task ReplaceRemovedAsync()
    {
        for (var number = 0; number < SiloCluster.Count; number++)
        {
            if (cluster.Silos[number].HasExited)
            {
                await cluster.AwaitOwnEndAsync(number);
                await ReplaceAsync(number);
            }
        }
    }

    private async Task<string> KillAsync()
    {
        var victim = Victim;
        await cluster.KillAsync(victim);
        await ReplaceAsync(victim);
        return "kills";
    }

    private async Task<string> PauseAsync()
    {
        var victim = Victim;
        cluster.Pause(victim);
        await cluster.AwaitRemovalAndEndAsync(victim);
        await ReplaceAsync(victim);
        return "pauses";
    }

    /// <summary>Replaces the silos one after the other, by the other build.</summary>
    private async Task<string> UpdateAsync()
    {
        _runsPrevious = _updates % 2 == 0 && previousSilo is not null;
        var program = _runsPrevious ? previousSilo! : Repository.SiloProgram;
        for (var number = _updates < WholeUpdates ? 0 : 1; number < SiloCluster.Count; number++)
        {
            await cluster.StopAsync(number);
            await ReplaceAsync(number, start => start with { Program = program });
        }

        _updates++;
        return previousSilo is null ? "rolling restarts" : "rolling updates";
    }

    private async Task<string> RestartDatabaseAsync()
    {
        await server.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(random.Next(10)));
        await server.StartAsync();
        return $"restarts of {server.Name}";
    }

    private async Task<string> CutNetworkAsync()
    {
        if (!NetworkCut.IsPossible)
        {
            return "cuts of the network left out";
        }

        var (from, to) = random.Next(2) == 0 ? (1, 2) : (2, 1);
        var (fromSilo, toSilo) = (cluster.Silos[from], cluster.Silos[to]);
        await NetworkCut.CutAsync(from, fromSilo, to, toSilo);
        await Task.Delay(TimeSpan.FromSeconds(random.Next(10, (int)LongestCut.TotalSeconds)));
        await NetworkCut.HealAsync(from, fromSilo, to, toSilo);

        // A silo that was removed learns of it when it reads the membership again.
        await Task.Delay(TimeSpan.FromSeconds(20));
        await ReplaceRemovedAsync();
        return "cuts of the network in one direction";
    }

    private async Task<string> SetClockAsync()
    {
        if (clocks is null)
        {
            return "wrong clocks left out";
        }

        var victim = Victim;

        // Builds before silos tolerated it remove a silo that joins with a clock that is behind.
        var wrongBy = _runsPrevious || random.Next(2) == 0 ? WrongBy : -WrongBy;
        await cluster.StopAsync(victim);
        await ReplaceAsync(victim, start => clocks.Apply(start, wrongBy));
        var goal = archives() + ArchivesWhileWrong;
        await Eventually.BecomesTrueAsync(() => archives() >= goal, "archives are finished while a clock is wrong", Patience);
        if (!cluster.Silos[victim].HasExited)
        {
            await cluster.StopAsync(victim);
        }

        await ReplaceAsync(victim, ClockOffset.Remove);
        return wrongBy > TimeSpan.Zero ? "silos with a clock that is ten minutes ahead" : "silos with a clock that is ten minutes behind";
    }

    /// <summary>Starts a silo again, as an orchestrator does: several times if necessary. Each failure is reported and counted.</summary>
    private async Task ReplaceAsync(int number, Func<SiloStart, SiloStart>? with = null)
    {
        _logBytesOfEnded += cluster.Silos[number].Log.Length;
        for (var starts = 1; ; starts++)
        {
            try
            {
                await cluster.ReplaceAsync(number, with);
                return;
            }
            catch (InvalidOperationException failed) when (starts < MaxStarts)
            {
                const string Kind = "starts that had to be repeated";
                _counts[Kind] = _counts.GetValueOrDefault(Kind) + 1;
                say($"Silo {number} did not start. {failed.Message}");
            }
        }
    }
}

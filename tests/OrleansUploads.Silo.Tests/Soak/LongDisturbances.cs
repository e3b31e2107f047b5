using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Soak;

/// <summary>What happens to a cluster during a soak, besides kills, pauses and cuts. Silo 0 is only ever updated, so that its memory can be
/// compared.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="server">The server of its database.</param>
/// <param name="clocks">Sets wrong clocks, or null if that is impossible.</param>
/// <param name="previousSilo">The silo of the previous build, or null to update to the same build.</param>
/// <param name="archives">Returns the number of archives that were stored so far.</param>
internal sealed class LongDisturbances(
    SiloCluster cluster, IDatabaseServer server, ClockOffset? clocks, string? previousSilo, Func<long> archives)
{
    /// <summary>The updates of the whole cluster; later ones leave silo 0 alone.</summary>
    private const int WholeUpdates = 2;

    /// <summary>The archives that are stored while a clock is wrong.</summary>
    private const int ArchivesWhileWrong = 200;

    private static readonly TimeSpan WrongBy = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private int _updates;
    private bool _runsPrevious;

    /// <summary>The table. What happens to one silo happens to 1 or 2.</summary>
    public IEnumerable<Disturbance> All =>
    [
        new(previousSilo is null ? "the silos were restarted in turn" : "the silos were updated in turn", _ => UpdateAsync())
        {
            IsSeamless = true, MaxTime = TimeSpan.FromMinutes(5),
        },
        new($"{server.Name} was restarted", _ => RestartDatabaseAsync()) { StopsAll = true },
        .. clocks is null ? (Disturbance[])[] :
        [
            new("a clock was ten minutes ahead", silo => SetClockAsync(silo, WrongBy)) { MaxTime = TimeSpan.FromMinutes(5) },

            // Builds before silos tolerated it remove a silo that joins with a clock that is behind.
            new("a clock was ten minutes behind", silo => SetClockAsync(silo, _runsPrevious ? WrongBy : -WrongBy))
            {
                MaxTime = TimeSpan.FromMinutes(5),
            },
        ],
    ];

    private async Task UpdateAsync()
    {
        _runsPrevious = _updates % 2 == 0 && previousSilo is not null;
        var program = _runsPrevious ? previousSilo! : Repository.SiloProgram;
        for (var number = _updates < WholeUpdates ? 0 : 1; number < SiloCluster.Count; number++)
        {
            await RestartAsync(number, start => start with { Program = program });
        }

        _updates++;
    }

    private async Task RestartDatabaseAsync()
    {
        await server.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(Random.Shared.Next(10)));
        await server.StartAsync();
        await cluster.Rotation.AwaitReadyAsync();
    }

    private async Task SetClockAsync(int silo, TimeSpan wrongBy)
    {
        await RestartAsync(silo, start => clocks!.Apply(start, wrongBy));
        var goal = archives() + ArchivesWhileWrong;
        await Eventually.BecomesTrueAsync(() => archives() >= goal, "archives are finished while a clock is wrong", Patience);
        await RestartAsync(silo, ClockOffset.Remove);
    }

    private async Task RestartAsync(int silo, Func<SiloStart, SiloStart> with)
    {
        await cluster.Silos[silo].StopAsync();
        await cluster.ReplaceAsync(silo, with);
    }
}

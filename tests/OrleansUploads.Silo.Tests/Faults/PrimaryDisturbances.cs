namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>What can happen to the primary and the standby of a cluster's database. After each, the standby is the primary, and there is a
/// new standby.</summary>
internal sealed class PrimaryDisturbances(PostgresPair pair, Rotation rotation, Action<string> say)
{
    private static readonly TimeSpan MaxUntilRed = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(6);

    public IEnumerable<Disturbance> All =>
    [
        new("the primary was lost", _ => LoseAsync()) { RepairAsync = pair.AddStandbyAsync, StopsAll = true },
        new("the primary hung, and returned after the promotion", _ => HangAsync()) { RepairAsync = ReturnAsync, StopsAll = true },
        new("the primary waited for a lost standby, the waits were cancelled, and it was lost", _ => CancelWaitsAsync())
        {
            RepairAsync = pair.AddStandbyAsync, StopsAll = true,
        },
    ];

    private async Task LoseAsync()
    {
        await pair.Primary.LoseAsync();
        await PromoteAsync();
    }

    private async Task HangAsync()
    {
        await pair.Primary.PauseAsync();
        await rotation.AwaitUnreadyAsync(MaxUntilRed);
        await PromoteAsync();
    }

    /// <summary>Lets the old primary go on, before another server takes its place.</summary>
    private async Task ReturnAsync()
    {
        await pair.Standby.ResumeAsync();
        await Task.Delay(Return);

        // The sessions in which the silos gave up a commit still wait for the standby. Besides them, each silo asks what the server is.
        var sessions = await pair.Standby.QueryAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'uploads' AND wait_event IS DISTINCT FROM 'SyncRep'");
        Assert.InRange(int.Parse(sessions!, CultureInfo.InvariantCulture), 0, SiloCluster.Count);
        await pair.AddStandbyAsync();
    }

    private async Task CancelWaitsAsync()
    {
        await pair.Standby.StopAsync();
        var red = rotation.AwaitUnreadyAsync(MaxUntilRed);
        var cancelled = 0;
        while (!red.IsCompleted || cancelled == 0)
        {
            cancelled += await pair.Primary.CancelWaitsAsync();
            await Task.WhenAny(red, Task.Delay(100));
        }

        await red;
        await pair.Primary.LoseAsync();
        await pair.Standby.StartAsync();
        await PromoteAsync();
        say($"{cancelled} waits were cancelled.");
    }

    private async Task PromoteAsync()
    {
        await pair.PromoteAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await rotation.AwaitReadyAsync();
        say(string.Create(CultureInfo.InvariantCulture, $"The silos were ready {watch.Elapsed.TotalSeconds:F1} s after the promotion."));
    }
}

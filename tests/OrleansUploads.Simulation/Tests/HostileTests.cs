using OrleansUploads.Simulation.Hostile;

namespace OrleansUploads.Simulation.Tests;

/// <summary>A small attack on the real server. <c>./simulate.sh --hostile</c> is the large one.</summary>
[Campaign]
[Collection(nameof(RealServers))]
public sealed class HostileTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_clients_are_served_in_bounded_memory_during_an_attack(bool fromOneAddress)
    {
        // Floods come from one address in any case.
        var report = await RunAsync(HostilePlan.Small with { FromOneAddress = fromOneAddress, Floods = !fromOneAddress });

        Assert.True(report.Violations.Count == 0, report.ToString());
    }

    [Theory]
    [InlineData(WeakServer.NoEviction)]
    [InlineData(WeakServer.NoLimit)]
    [InlineData(WeakServer.NoShares)]
    public async Task A_server_without_one_of_its_defences_is_detected(string weakness)
    {
        // On a machine under load, senders are much slower than they mean to be, and that must not help the other clients.
        var report = await RunAsync(HostilePlan.Small with
        {
            Weakness = weakness,
            SlowBytesPerSecond = 1,
            Patience = TimeSpan.FromSeconds(15),
            SlotsToTake = weakness == WeakServer.NoShares ? HostilePlan.Small.DescriptorLimit / 8 : 0,
        });

        Assert.True(report.Violations.Count > 0, report.ToString());
    }

    private async Task<HostileReport> RunAsync(HostilePlan plan)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux: prlimit and the loopback network 127.0.0.0/8.");
        var report = await HostileBench.RunAsync(plan);
        output.WriteLine(report.ToString());
        return report;
    }
}

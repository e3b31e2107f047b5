namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>A silo on Azure Storage whose clock was wrong.</summary>
[Campaign]
public sealed class AzureClockTests(AzuriteServer azurite) : TestWithFolder
{
    [Theory]
    [InlineData(true, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "3"])]
    [InlineData(false, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "7"])]
    [Promise("cluster.md", "a silo was started while its clock was ahead")]
    public async Task A_silo_that_was_started_with_a_clock_ahead_starts_again_with_the_right_one(bool killed)
    {
        var clock = await ClockOffset.CompileAsync(Folder.Path);
        Assert.SkipWhen(clock is null, "There is no C compiler.");
        var cluster = await azurite.CreateClusterAsync();
        await using var first = await RunningSilo.StartAsync(RunningSilo.OnAzure(cluster, Folder.File("parts")));
        await using var ahead = await RunningSilo.StartAsync(clock!.Apply(
            new SiloStart(RunningSilo.OnAzure(cluster, Folder.File("parts"))), TimeSpan.FromMinutes(10)));
        await (killed ? ahead.KillAsync() : ahead.StopAsync());

        await using var right = await ahead.StartAgainAsync(ClockOffset.Remove);
        using var client = await right.ConnectAsync("photos");
    }
}

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Silos whose clocks are wrong, by less and by more than a request may be old.</summary>
[Campaign]
public sealed class WrongClockTests(PostgresServer postgres, ITestOutputHelper output) : TestWithFolder
{
    [Theory]
    [InlineData(-10, false, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "3"])]
    [InlineData(10, false, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "5"])]
    [InlineData(10, true)]
    [Promise("cluster.md", "a silo was started while its clock was ahead")]
    public async Task A_silo_whose_clock_is_wrong_by_ten_minutes_joins_and_serves_and_starts_again_with_the_right_one(int minutes, bool killed)
    {
        var startAsync = await PrepareAsync();
        await using var first = await startAsync(TimeSpan.Zero);
        await using var wrong = await startAsync(TimeSpan.FromMinutes(minutes));

        using (var client = wrong.Connect(RetryPolicy.Default with
        {
            OnRetry = (failure, _) => output.WriteLine($"{failure.Message}\n{first}\n{wrong}"),
        }))
        {
            await client.CreateVaultAsync("photos");
            var archive = Archives.Bytes(100_000, seed: 1);
            var receipt = await client.UploadInPartsAsync("photos", archive);
            using var other = first.Connect();
            Assert.Equal(archive, await other.RetrieveAsync("photos", receipt.ArchiveId));
        }

        await (killed ? wrong.KillAsync() : wrong.StopAsync());
        await using var right = await wrong.StartAgainAsync(ClockOffset.Remove);
        using var again = right.Connect();
        await again.CreateVaultAsync("music");
    }

    [Fact, Slice(6)]
    [Promise("cluster.md", "a silo's clock differs by more than a minute from the median of the active silos, or a majority of them cannot be asked")]
    public async Task A_silo_whose_clock_is_two_hours_ahead_leaves_the_clocks_of_the_others_trusted()
    {
        var startAsync = await PrepareAsync();
        await using var first = await startAsync(TimeSpan.Zero);
        await using var second = await startAsync(TimeSpan.Zero);
        await using var wrong = await startAsync(TimeSpan.FromHours(2));
        await Eventually.BecomesTrueAsync(
            async () => (await ReadHealthAsync(wrong)).Contains("\"clock-is-trusted\":\"Unhealthy\"", StringComparison.Ordinal),
            "load balancers leave the silo with the wrong clock out");

        // A silo that starts compares its clock with the journal at once, also after the wrong one has left.
        await using var third = await startAsync(TimeSpan.Zero);
        await AwaitTrustAsync(third);
        await wrong.StopAsync();
        await using var fourth = await startAsync(TimeSpan.Zero);
        foreach (var silo in new[] { fourth, first, second, third })
        {
            await AwaitTrustAsync(silo);
        }

        // This needs an operator. A silo that has only begun to compare its clock says something else.
        Assert.DoesNotContain("The clock is not trusted: it showed", $"{first.Log}{second.Log}{third.Log}{fourth.Log}", StringComparison.Ordinal);
    }

    [Fact, Slice(4)]
    [Promise("cluster.md", "a clock is wrong by more than 15 minutes")]
    public async Task A_silo_whose_clock_is_half_an_hour_behind_refuses_signed_requests_and_is_unready()
    {
        var startAsync = await PrepareAsync();
        await using var first = await startAsync(TimeSpan.Zero);
        await using var second = await startAsync(TimeSpan.Zero);
        await using var behind = await startAsync(TimeSpan.FromMinutes(-30));
        await Eventually.BecomesTrueAsync(
            async () => (await ReadHealthAsync(behind)).Contains("\"clock-is-trusted\":\"Unhealthy\"", StringComparison.Ordinal),
            "load balancers leave the silo with the wrong clock out");

        using var refused = behind.Connect(RetryPolicy.None);
        await Assert.ThrowsAnyAsync<GlacierException>(() => refused.CreateVaultAsync("photos"));
        using var client = await first.ConnectAsync("photos");
        Assert.Contains("\"status\":\"Healthy\"", await ReadHealthAsync(second), StringComparison.Ordinal);
    }

    private static Task AwaitTrustAsync(RunningSilo silo) => Eventually.BecomesTrueAsync(
        async () => (await ReadHealthAsync(silo)).Contains("\"clock-is-trusted\":\"Healthy\"", StringComparison.Ordinal),
        $"the clock of {silo.Address} is trusted");

    private static async Task<string> ReadHealthAsync(RunningSilo silo)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(new Uri(silo.Address, "/healthz"));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Returns what starts a silo of a new cluster, with a clock that is ahead by a time, or with the right one.</summary>
    private async Task<Func<TimeSpan, Task<RunningSilo>>> PrepareAsync()
    {
        var clock = await ClockOffset.CompileAsync(Folder.Path);
        Assert.SkipWhen(clock is null, "There is no C compiler.");
        var database = await postgres.CreateDatabaseAsync();
        return ahead =>
        {
            var right = new SiloStart(RunningSilo.OnPostgres(database, Folder.File("parts")));
            return RunningSilo.StartAsync(ahead == TimeSpan.Zero ? right : clock!.Apply(right, ahead));
        };
    }
}

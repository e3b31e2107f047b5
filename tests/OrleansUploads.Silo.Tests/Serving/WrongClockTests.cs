using OrleansUploads.Client.Models;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Silos whose clocks disagree by less than a request may be old.</summary>
public sealed class WrongClockTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_silo_whose_clock_is_wrong_by_ten_minutes_joins_and_serves(int minutes)
    {
        var clock = await ClockOffset.CompileAsync(_folder.Path);
        Assert.SkipWhen(clock is null, "There is no C compiler.");
        var database = await postgres.CreateDatabaseAsync();
        var parts = _folder.File("parts");
        await using var first = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, parts));
        await using var second = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, parts));
        await using var wrong = await RunningSilo.StartAsync(
            clock!.Apply(new SiloStart(RunningSilo.OnPostgres(database, parts)), TimeSpan.FromMinutes(minutes)));

        using var client = wrong.Connect(RetryPolicy.Default with
        {
            OnRetry = (failure, _) => output.WriteLine($"{failure.Message}\n{first}\n{second}\n{wrong}"),
        });
        await client.CreateVaultAsync("photos");
        var archive = Archives.Bytes(100_000, seed: 1);
        var receipt = await client.UploadInPartsAsync("photos", archive);
        using var other = first.Connect();
        Assert.Equal(archive, await other.RetrieveAsync("photos", receipt.ArchiveId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_that_was_started_with_a_clock_ahead_starts_again_with_the_right_one(bool killed)
    {
        var clock = await ClockOffset.CompileAsync(_folder.Path);
        Assert.SkipWhen(clock is null, "There is no C compiler.");
        var database = await postgres.CreateDatabaseAsync();
        var parts = _folder.File("parts");
        await using var first = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, parts));
        await using var ahead = await RunningSilo.StartAsync(
            clock!.Apply(new SiloStart(RunningSilo.OnPostgres(database, parts)), TimeSpan.FromMinutes(10)));
        await (killed ? ahead.KillAsync() : ahead.StopAsync());

        await using var right = await ahead.StartAgainAsync(ClockOffset.Remove);
        using var client = right.Connect();
        await client.CreateVaultAsync("photos");
    }
}

namespace OrleansUploads.Simulation.Tests;

[Campaign]
[Collection(nameof(RealServers))]
public sealed class RealServerTests(ITestOutputHelper output)
{
    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_CRASH_ROUNDS", 15);
    private static readonly int Seed = TestSetting.Read("ORLEANSUPLOADS_CRASH_SEED", 1);

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("README.md", "Status 201 for a complete request means that the archive ID is in the journal")]
    [Promise("operations.md", "the process is killed")]
    public async Task A_real_server_keeps_every_promise_under_repeated_kills()
    {
        var tally = new RealTally();

        var failures = await RealSeries.PlayAllAsync(Rounds, (ulong)Seed, tally, output.WriteLine, KillSeries.RunAsync);

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.Equal(Rounds, tally.Rounds);
        Assert.True(tally.Kills > Rounds / 2 && tally.InDoubt >= Rounds, tally.ToString());
        Assert.All(
            [
                nameof(Request.InitiateUpload), nameof(Request.PutPart), nameof(Request.CompleteUpload), nameof(Request.AbortUpload),
                nameof(Request.DeleteArchive), nameof(Request.PutArchive),
            ],
            kind => Assert.True(tally.Answered(kind) >= Rounds / 2, $"Only {tally.Answered(kind)} requests {kind} were answered. {tally}"));
    }

    [Fact]
    public async Task A_server_that_loses_acknowledged_data_is_detected()
    {
        using var copies = new TemporaryFolder();

        var failure = await KillSeries.RunAsync(seed: 1, RealSeries.Rounds, new RealTally(), new Amnesia(copies.Data).Strike);

        Assert.NotNull(failure);
        output.WriteLine(failure.Violation);
    }

    /// <summary>Restores a data folder, after each kill but the first, to its intact state after the first.</summary>
    private sealed class Amnesia(string copy)
    {
        public void Strike(string folder)
        {
            if (Directory.Exists(copy))
            {
                Directory.Delete(folder, recursive: true);
                Copy(copy, folder);
            }
            else
            {
                Copy(folder, copy);
            }
        }

        private static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            // The control socket of the killed server cannot be copied, and has no content.
            foreach (var file in Directory.GetFiles(from).Where(file => !file.EndsWith(".sock", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }

            foreach (var folder in Directory.GetDirectories(from))
            {
                Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
            }
        }
    }
}

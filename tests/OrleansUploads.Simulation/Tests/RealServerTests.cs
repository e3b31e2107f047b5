using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Simulation.Tests;

public sealed class RealServerTests(ITestOutputHelper output)
{
    private const int Rounds = 20;

    [Fact]
    public async Task A_real_server_that_is_killed_again_and_again_keeps_every_promise()
    {
        var tally = new RealTally();

        var failures = await RealCommand.RunAsync(Rounds, seed: 1, tally, output.WriteLine);

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.Equal(Rounds, tally.Rounds);
        Assert.True(tally.Kills > Rounds / 2 && tally.InDoubt > 0, tally.ToString());
    }

    [Fact]
    public async Task A_server_that_forgets_what_it_acknowledged_is_noticed()
    {
        using var copies = new TemporaryFolder();

        var failure = await RealSeries.RunAsync(
            seed: 1, RealSeries.Rounds, fillsDisk: false, new RealTally(), new Amnesia(copies.Data).Strike);

        Assert.NotNull(failure);
        output.WriteLine(failure.Violation);
    }

    /// <summary>Puts a data folder back to what it was one death before, whole and sound.</summary>
    private sealed class Amnesia(string copy)
    {
        public void Strike(string folder)
        {
            if (Directory.Exists(copy))
            {
                Directory.Delete(folder, recursive: true);
                Directory.Move(copy, folder);
            }
            else
            {
                Copy(folder, copy);
            }
        }

        private static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (var file in Directory.GetFiles(from))
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

using System.Diagnostics;
using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 4;
    private const int MaxAnswersPerRound = 60;
    private const int MaxKillDelayMilliseconds = 30;
    private const int OldArchivesPerRound = 4;

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_CRASH_ROUNDS", 50);
    private static readonly int Seed = TestSetting.Read("ORLEANSUPLOADS_CRASH_SEED", 20260201);

    private readonly TemporaryFolder _folder = new();
    private readonly Ledger _ledger = new();
    private readonly Random _random = new(Seed);
    private readonly HashSet<KnownArchive> _checked = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_that_is_killed_repeatedly_under_load_loses_nothing_and_leaves_no_orphans()
    {
        var watch = Stopwatch.StartNew();
        await using (var first = await ServerProcess.StartAsync(_folder.Data, "--quiet"))
        {
            await first.Connect().CreateVaultAsync(Ledger.Vault);
            await first.KillAsync();
        }

        for (var round = 1; round <= Rounds; round++)
        {
            await RunRoundAsync(round);
        }

        await CheckAllAsync();
        output.WriteLine($"{Rounds} kills in {watch.Elapsed.TotalSeconds:F0} s, seed {Seed}\n{_ledger}");
        Assert.All(
            (string[])["initiate", "part", "complete", "abort", "delete", "single upload"],
            what => AssertEnough(_ledger.Answers.GetValueOrDefault(what), Rounds / 2, $"answered '{what}' requests"));
        AssertEnough(_ledger.Unanswered.Values.Sum(), Rounds, "requests in flight at a kill");
    }

    /// <summary>Starts the server after the last kill, checks its state, and sends requests until the next kill.</summary>
    private async Task RunRoundAsync(int round)
    {
        // In every other round, unowned bytes are collected without grace while parts are uploaded.
        string[] options = round % 2 == 0 ? ["--quiet", "--collect-grace", "0", "--collect-interval", "1s"] : ["--quiet"];
        await using var server = await ServerProcess.StartAsync(_folder.Data, options);
        await CheckAsync(server);

        // A round ends after a number of answers rather than a time, so that a busy machine tests as much as an idle one.
        var answered = _ledger.WaitForAnswersAsync(_random.Next(1, MaxAnswersPerRound));
        var open = _ledger.Uploads.Where(upload => upload.Stage == UploadStage.Open).ToList();
        var clients = Enumerable.Range(0, Clients)
            .Select(number => new CrashingClient(
                server.Connect(),
                _ledger,
                open.Where((_, index) => index % Clients == number),
                new Random(_random.Next()),
                $"round {round}, client {number}").RunAsync())
            .ToArray();
        await Task.WhenAny([answered, .. clients]);
        await Task.Delay(_random.Next(MaxKillDelayMilliseconds));
        await server.KillAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>Checks everything that may have been in progress at the last kill, and some older uploads and archives.</summary>
    private async Task CheckAsync(ServerProcess server)
    {
        try
        {
            var audit = new Audit(server.Connect(), _ledger);
            await audit.CheckUploadsAsync();
            await audit.CheckEndedAsync(_ledger.Uploads.TakeLast(Clients * OldArchivesPerRound));
            var archives = _ledger.Archives.ToList();
            await audit.CheckArchivesAsync(archives.Where(archive => archive.DeletionSent && !archive.Deleted));
            await audit.CheckArchivesAsync(archives.Where(_checked.Add).ToList());
            await audit.CheckArchivesAsync(archives.Where(_ => _random.Next(archives.Count) < OldArchivesPerRound).ToList());
        }
        catch (GlacierException failure)
        {
            throw new InvalidOperationException($"{failure.Code}: {failure.Message}\n{server}", failure);
        }
    }

    /// <summary>Checks everything, with a server that collects all unowned bytes.</summary>
    private async Task CheckAllAsync()
    {
        await using var server = await ServerProcess.StartAsync(
            _folder.Data, "--quiet", "--collect-grace", "0", "--collect-interval", "1s");
        await CheckAsync(server);
        var audit = new Audit(server.Connect(), _ledger);
        await audit.CheckEndedAsync(_ledger.Uploads);
        await audit.CheckArchivesAsync(_ledger.Archives);

        var files = new StoredFiles(_folder.Data, _ledger);
        await Eventually.FindsNothingAsync(files.FindFaults);
        Assert.Equal("", server.Log);
        await server.StopAsync();
    }

    private static void AssertEnough(int count, int least, string what) =>
        Assert.True(count >= least, $"There were only {count} {what}; at least {least} are needed.");
}

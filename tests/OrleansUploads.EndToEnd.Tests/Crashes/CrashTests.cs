using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Client.Models;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.TestKit;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 4;
    private const int MaxAnswersInALife = 60;
    private const int MaxLastMilliseconds = 30;
    private const int OldArchivesARound = 4;

    private static readonly int Rounds = Setting("ORLEANSUPLOADS_CRASH_ROUNDS", 50);
    private static readonly int Seed = Setting("ORLEANSUPLOADS_CRASH_SEED", 20260201);

    private readonly TemporaryFolder _folder = new();
    private readonly Ledger _ledger = new();
    private readonly Random _random = new(Seed);
    private readonly HashSet<KnownArchive> _seen = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_again_and_again_under_load_the_server_loses_nothing_and_leaves_no_orphan()
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
            what => Assert.True(_ledger.Answers.GetValueOrDefault(what) >= Rounds / 2, $"Too few of '{what}' to mean anything."));
        Assert.True(_ledger.Unanswered.Values.Sum() >= Rounds, "The kills did not hit requests in flight.");
    }

    /// <summary>Starts on what the last kill left, checks it, and works on until the next kill.</summary>
    private async Task RunRoundAsync(int round)
    {
        // In every other round unowned bytes are collected without any grace, at the same time as parts come in.
        string[] options = round % 2 == 0 ? ["--quiet", "--collect-grace", "0", "--collect-interval", "1s"] : ["--quiet"];
        await using var server = await ServerProcess.StartAsync(_folder.Data, options);
        await CheckAsync(server);

        // A life is as long as its work and not as the clock says, so a busy machine sees as much as a quiet one.
        var enough = _ledger.WaitForAnswersAsync(_random.Next(1, MaxAnswersInALife));
        var open = _ledger.Uploads.Where(upload => upload.Stage == UploadStage.Open).ToList();
        var clients = Enumerable.Range(0, Clients)
            .Select(number => new CrashingClient(
                server.Connect(),
                _ledger,
                open.Where((_, index) => index % Clients == number),
                new Random(_random.Next()),
                $"round {round}, client {number}").RunAsync())
            .ToArray();
        await Task.WhenAny([enough, .. clients]);
        await Task.Delay(_random.Next(MaxLastMilliseconds));
        await server.KillAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>All that may have been under way at the last kill, and some of what is older.</summary>
    private async Task CheckAsync(ServerProcess server)
    {
        try
        {
            var audit = new Audit(server.Connect(), _ledger);
            await audit.CheckUploadsAsync();
            await audit.CheckEndedAsync(_ledger.Uploads.TakeLast(Clients * OldArchivesARound));
            var archives = _ledger.Archives.ToList();
            await audit.CheckArchivesAsync(archives.Where(archive => archive.DeletionSent && !archive.Deleted));
            await audit.CheckArchivesAsync(archives.Where(_seen.Add).ToList());
            await audit.CheckArchivesAsync(archives.Where(_ => _random.Next(archives.Count) < OldArchivesARound).ToList());
        }
        catch (GlacierException failure)
        {
            throw new InvalidOperationException($"{failure.Code}: {failure.Message}\n{server}", failure);
        }
    }

    /// <summary>Everything, with a server whose collector leaves nothing that nobody owns.</summary>
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

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : byDefault;
}

using System.Globalization;
using OrleansUploads.Signing;
using OrleansUploads.Silo.Tests.Faults;
using OrleansUploads.Silo.Tests.Recovery;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Silos with their bytes in a Ceph whose disks are destroyed and replaced in turn, under load of both protocols.
/// <c>deploy/ceph/ceph.sh rounds</c> runs it.</summary>
/// <remarks>The judge of the simulation compares every answer of the vault API. Further clients of both protocols, which do not retry,
/// record each request that fails, and compare at the end everything that they have stored.</remarks>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class CephTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const string Bucket = "parts";
    private const int Clients = 4;
    private const int Disks = 3;

    /// <summary>Archives and objects that a client keeps; all of them need some 4 GB on each disk.</summary>
    private const int KeptByClient = 400;

    /// <summary>The requests that must be answered while a disk is missing, before it is replaced.</summary>
    private const int AnswersWithoutDisk = 200;

    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_CEPH");
    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_CEPH_ROUNDS", 5);
    private static readonly int Seed = TestSetting.Read("ORLEANSUPLOADS_CEPH_SEED", 1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly FaultLog _log = new();
    private readonly RealTally _tally = new();

    [Fact]
    public async Task Disks_of_the_store_are_destroyed_in_turn_under_load_and_nothing_acknowledged_is_lost()
    {
        Assert.SkipWhen(Endpoint is null, "deploy/ceph/ceph.sh rounds runs this test: it starts a Ceph and names it in ORLEANSUPLOADS_CEPH.");
        var (endpoint, accessKeyId, secret) = (new Uri(Endpoint), Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"));
        await CreateBucketAsync(endpoint, accessKeyId, secret);
        var parts = $"s3://{Bucket}/{Guid.NewGuid():N}";
        await using var cluster = await SiloCluster.StartAsync(
            postgres, (_, start) => start.WithPartsInS3(parts, endpoint, accessKeyId, secret));
        SiloClient[] silos = [.. cluster.Silos.Select(static silo => new SiloClient(silo))];
        await silos[0].Vaults.CreateVaultAsync(MeasuredClient.Vault);
        await silos[0].SendS3Async(HttpMethod.Put, MeasuredClient.Bucket);
        await using var rotation = new Rotation(cluster.Silos);
        MeasuredClient[] clients =
            [.. Enumerable.Range(0, Clients).Select(number => new MeasuredClient(silos, rotation, _log, number, KeptByClient))];
        using var stopping = new CancellationTokenSource();
        var running = Task.WhenAll(clients.Select(client => client.RunAsync(stopping.Token)));

        var failure = await ClusterSeries.FindInOutagesAsync(
            cluster, Rounds, _ => !running.IsFaulted, (_, round) => DestroyAndReplaceAsync(round, running), _tally, (ulong)Seed);

        await stopping.CancelAsync();
        await running;
        Say($"{clients.Sum(static client => client.Compared)} archives and objects were read and compared while disks were destroyed.");
        await Task.WhenAll(clients.Select(static client => client.CompareKeptAsync()));
        Array.ForEach(silos, static silo => silo.Dispose());
        Array.ForEach([.. _log.Describe(), .. _log.Unexplained.Select(static request => $"UNEXPLAINED {request}")], Say);
        Say($"{clients.Sum(static client => client.Compared)} archives and objects with the comparison at the end. {_tally}.");

        Assert.True(failure is null, $"{failure}");
        Assert.Equal(Rounds, _tally.Rounds);
        Assert.Empty(_log.Unexplained);
        Assert.False(Directory.Exists(cluster.PartsFolder));
    }

    private async Task DestroyAndReplaceAsync(int round, Task running)
    {
        var disk = (round % Disks).ToString(CultureInfo.InvariantCulture);
        var answered = _log.Answered;
        _log.TakeLongestWait();
        await InjectAsync($"disk {disk} was destroyed", async () =>
        {
            await RunScriptAsync("destroy-disk", disk);
            await Eventually.BecomesTrueAsync(
                () => running.IsFaulted || _log.Answered >= answered + AnswersWithoutDisk, "requests are answered without the disk", Patience);
        });
        await InjectAsync($"disk {disk} was replaced", async () =>
        {
            await RunScriptAsync("replace-disk", disk);
            await RunScriptAsync("await-recovery");
        });
    }

    /// <summary>Injects a fault, and says which requests failed meanwhile.</summary>
    private async Task InjectAsync(string kind, Func<Task> injectAsync)
    {
        var before = _log.Answered;
        await _log.InjectAsync(kind, [], injectAsync);
        var window = _log.Windows.Last();
        var failed = _log.Failed.Where(window.Covers).ToList();
        var span = failed.Count == 0 ? "none failed" : string.Create(
            CultureInfo.InvariantCulture,
            $"{failed.Count} failed, sent {(failed.Min(static request => request.SentAt) - window.From).TotalSeconds:F1} s after the begin "
            + $"or later, the last one at {(failed.Max(static request => request.EndedAt) - window.From).TotalSeconds:F1} s");
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}: {(window.Until - window.From).TotalSeconds:F0} s, {_log.Answered - before} requests answered, the slowest within "
            + $"{_log.TakeLongestWait().TotalSeconds:F1} s, {span}"));
    }

    private static async Task CreateBucketAsync(Uri endpoint, string accessKeyId, string secret)
    {
        var requests = new SignedRequests(endpoint, new RequestSigner(SigningRules.S3, "us-east-1", accessKeyId, secret));
        using var http = new HttpClient();
        using var request = requests.Create(HttpMethod.Put, $"/{Bucket}", []);
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private static async Task RunScriptAsync(params string[] arguments)
    {
        await using var script = CapturedProcess.Start("/bin/sh", [Repository.File("deploy/ceph/ceph.sh"), .. arguments], []);
        Assert.True(await script.WaitForExitAsync(Patience) == 0, $"The script failed. {script}");
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The key pair of Ceph must be in the environment: {name}.");

    /// <summary>Shows the progress of a long run at once.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}

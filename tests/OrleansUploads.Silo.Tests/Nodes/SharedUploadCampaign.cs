using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.Client;
using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>Nodes in processes of their own share uploads, and nodes and silos are killed meanwhile. Then each upload must have one archive,
/// the same for each node, with every byte.</summary>
/// <param name="cluster">The silos.</param>
/// <param name="client">Asks the silos, and repeats what fails.</param>
/// <param name="plan">The rounds and the seed.</param>
/// <param name="folder">A folder for the lists of uploads.</param>
/// <param name="say">Reports progress.</param>
internal sealed class SharedUploadCampaign(SiloCluster cluster, GlacierClient client, FaultPlan plan, string folder, Action<string> say)
{
    private const int Nodes = 8;
    private const int LeastParts = 6;
    private const int MostParts = 12;
    private const int MaxKills = 6;
    private const int Parallelism = 8;

    /// <summary>The archives of a round that stay until the end.</summary>
    private const int Kept = 5;

    private static readonly int Uploads = TestSetting.Read("ORLEANSUPLOADS_SHARED_UPLOADS", 100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly ParallelOptions InParallel = new() { MaxDegreeOfParallelism = Parallelism };

    private readonly Disturbance[] _table =
        [.. new SiloDisturbances(cluster).All.Where(static disturbance => disturbance.Kind.Contains("killed", StringComparison.Ordinal))];

    private readonly Random _random = new(plan.Seed);
    private readonly List<SharedUpload> _kept = [];
    private readonly ConcurrentBag<string> _findings = [];

    /// <summary>The uploads whose archives exist.</summary>
    public IReadOnlyList<SharedUpload> KeptUploads => _kept;

    /// <summary>Plays all rounds, or those until one breaks a promise.</summary>
    /// <returns>The promises that were broken.</returns>
    public async Task<IReadOnlyCollection<string>> RunAsync()
    {
        say($"Seed {plan.Seed}.");
        for (var round = 0; round < plan.Rounds && _findings.IsEmpty; round++)
        {
            var watch = Stopwatch.StartNew();
            var what = await PlayAsync(round);
            say(string.Create(CultureInfo.InvariantCulture, $"Round {round + 1}, {watch.Elapsed.TotalSeconds:F0} s: {what}"));
        }

        return _findings;
    }

    private async Task<string> PlayAsync(int round)
    {
        var vault = string.Create(CultureInfo.InvariantCulture, $"shared-{round}");
        var uploads = await OpenAsync(vault, round);
        var list = Path.Combine(folder, vault);
        await SharedUpload.WriteAllAsync(list, uploads);
        var nodes = Enumerable.Range(0, Nodes).Select(_ => new Node(_random.Next(), list, cluster.Rotation.Silos)).ToList();
        try
        {
            var disturbance = await DisturbAsync(nodes);
            foreach (var wrong in await Task.WhenAll(nodes.Select(static node => node.EndAsync(Uploads, Patience))))
            {
                Find(wrong);
            }

            await JudgeAsync(vault, uploads, nodes);
            return $"{disturbance}; {nodes.Sum(static node => node.Kills)} nodes were killed, {Uploads} archives of "
                + $"{uploads.Sum(static upload => upload.Parts)} parts compared";
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private async Task<IReadOnlyList<SharedUpload>> OpenAsync(string vault, int round)
    {
        await client.CreateVaultAsync(vault);
        var lengths = Enumerable.Range(0, Uploads)
            .Select(_ => _random.Next((LeastParts - 1) * SharedUpload.PartBytes, MostParts * SharedUpload.PartBytes) + 1).ToArray();
        var uploads = new SharedUpload[Uploads];
        await Parallel.ForAsync(0, Uploads, InParallel, async (number, token) =>
        {
            var id = await client.InitiateMultipartUploadAsync(
                vault, SharedUpload.PartBytes, createKey: $"run-{number}", cancellationToken: token);
            uploads[number] = new SharedUpload(vault, id, (round * Uploads) + number, lengths[number]);
        });
        return uploads;
    }

    /// <summary>Kills nodes, and one silo or all of them, when the nodes have come as far as was drawn.</summary>
    /// <returns>What happened to the silos.</returns>
    private async Task<string> DisturbAsync(List<Node> nodes)
    {
        var disturbance = _table[_random.Next(_table.Length)];
        var (silo, at) = (_random.Next(SiloCluster.Count), _random.Next(Uploads * Nodes / 2));
        var kills = Enumerable.Range(0, _random.Next(2, MaxKills + 1))
            .Select(_ => (At: _random.Next(Uploads * Nodes), Node: nodes[_random.Next(Nodes)])).OrderBy(static kill => kill.At).ToList();
        await Task.WhenAll(KillNodesAsync(), DisturbSilosAsync());
        return disturbance.Kind;

        async Task KillNodesAsync()
        {
            foreach (var (moment, node) in kills)
            {
                await AwaitAsync(moment);
                await node.KillAsync();
            }
        }

        async Task DisturbSilosAsync()
        {
            await AwaitAsync(at);
            await disturbance.InjectAsync(silo);
        }

        Task AwaitAsync(int moment) => Eventually.BecomesTrueAsync(
            () => nodes.Sum(static node => node.Archives.Count()) >= moment || nodes.TrueForAll(static node => node.HasEnded),
            "the nodes complete uploads",
            Patience);
    }

    private async Task JudgeAsync(string vault, IReadOnlyList<SharedUpload> uploads, IEnumerable<Node> nodes)
    {
        var answers = nodes.SelectMany(static node => node.Archives).ToLookup(static answer => answer.Content, static answer => answer.Archive);
        var archives = uploads.ToDictionary(
            static upload => upload, upload => answers[upload.Content].Distinct(StringComparer.Ordinal).ToList());
        Find(archives.Where(static pair => pair.Value.Count != 1)
            .Select(static pair => $"{pair.Key} has {pair.Value.Count} archive IDs: {string.Join(", ", pair.Value)}"));
        await cluster.Rotation.AwaitReadyAsync();
        await Parallel.ForEachAsync(
            archives.SelectMany(static pair => pair.Value.Select(archive => (Upload: pair.Key, Archive: archive))),
            InParallel,
            async (pair, _) => await ReadAsync(pair.Upload, pair.Archive));
        var job = await client.InitiateInventoryRetrievalAsync(vault);
        var listed = await client.ReadInventoryAsync(vault, job).Select(static entry => entry.ArchiveId).ToListAsync();
        Find(listed.Except(archives.Values.SelectMany(static ids => ids)).Select(id => $"{vault} has an archive that no node was told of: {id}"));
        Find(archives.Values.SelectMany(static ids => ids).Except(listed).Select(id => $"{vault} does not list the archive {id}"));
        var open = await client.ListMultipartUploadsAsync(vault).ToListAsync();
        Find(open.Select(upload => $"{vault} has an open upload: {upload}"));
        if (_findings.IsEmpty)
        {
            _kept.AddRange(uploads.Take(Kept));
            await Parallel.ForEachAsync(uploads.Skip(Kept), InParallel, async (upload, token) =>
                await client.DeleteArchiveAsync(vault, archives[upload][0], freesNow: true, token));
        }
    }

    private async Task ReadAsync(SharedUpload upload, string archive)
    {
        using var content = upload.OpenContent();
        try
        {
            if (!(await client.RetrieveAsync(upload.Vault, archive)).AsSpan().SequenceEqual(content.ToArray()))
            {
                Find([$"The archive {archive} has other bytes than the nodes have written: {upload}"]);
            }
        }
        catch (Exception failed) when (failed is GlacierException or IOException or HttpRequestException)
        {
            Find([$"The archive {archive} cannot be read: {failed.Message} {upload}"]);
        }
    }

    private void Find(IEnumerable<string> findings)
    {
        foreach (var finding in findings)
        {
            _findings.Add(finding);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Cli.Demo;

/// <summary>One run of the demo: every step goes over HTTP, signed, to a server process of its own.</summary>
internal sealed class DemoRun(DirectoryInfo work, DemoScreen screen, CancellationToken cancellationToken)
{
    private const string Vault = "demo";
    private const string Region = "us-east-1";
    private const int Clients = 4;
    private const int Completers = 8;
    private const int MostParts = 256;
    private const int SentTwiceOneIn = 8;

    /// <summary>Clients wait for a crashed server this patiently: some twenty attempts, at most a second apart.</summary>
    private static readonly RetryPolicy Patience = new()
    {
        MaxAttempts = 30,
        FirstDelay = TimeSpan.FromMilliseconds(50),
        MaxDelay = TimeSpan.FromSeconds(1),
    };

    private readonly List<DemoCheck> _checks = [];

    /// <summary>Runs all steps and shows what was checked.</summary>
    /// <returns>0 if everything held.</returns>
    public async Task<int> RunAsync(FileInfo? given, long sizeBytes)
    {
        var key = KeyPair.Create(CommonOptions.DefaultAccount, DateTimeOffset.UtcNow);
        using var server = new DemoServer(work.FullName, key.AccessKeyId, key.SecretAccessKey);
        try
        {
            var file = await PrepareAsync(given, sizeBytes);
            await server.StartAsync(cancellationToken);
            screen.Say($"Server on {server.Address}, data in {work.FullName}");
            using var client = Connect(server);
            await client.CreateVaultAsync(Vault, cancellationToken);

            var plan = Plan(file.SizeBytes);
            var upload = await client.InitiateMultipartUploadAsync(
                Vault, plan.PartSizeBytes, "OrleansUploads demo", cancellationToken);
            await UploadAsync(server, client, upload, file, plan);
            await CheckPartsAsync(client, upload, plan, file);
            await CheckWrongHashAsync(client, upload, file);
            var archive = await CompleteAsync(server, upload, file);
            await CheckAfterAnotherCrashAsync(server, client, upload, file, archive);
            await RetrieveAsync(client, archive, file);
            var exitCode = await server.StopAsync(cancellationToken);
            Check("server stops in good order", $"exit code {exitCode}", exitCode == 0);
        }
        catch (Exception fault) when (fault is GlacierException or InvalidOperationException or HttpRequestException)
        {
            Check("the demo runs to its end", fault.Message, false);
            if (server.Log is { Length: > 0 } log)
            {
                screen.Say(log);
            }
        }

        if (server.PeakMemoryBytes is { } peak)
        {
            Figure("peak memory of the server", ByteCount.Format(peak));
        }

        screen.ShowChecks(_checks);
        return _checks.TrueForAll(check => check.Holds != false) ? 0 : 1;
    }

    private async Task<DemoFile> PrepareAsync(FileInfo? given, long sizeBytes)
    {
        if (given is not null)
        {
            screen.Say($"Hashing {given.FullName}");
            return await DemoFile.ReadAsync(given.FullName, cancellationToken);
        }

        screen.Say($"Making a file of {ByteCount.Format(sizeBytes)}");
        return await DemoFile.CreateAsync(Path.Combine(work.FullName, "archive"), sizeBytes, cancellationToken);
    }

    /// <summary>The smallest parts of which there are not too many to look at.</summary>
    private static PartPlan Plan(long sizeBytes)
    {
        var plan = PartPlan.Smallest(sizeBytes);
        while (plan.PartCount > MostParts)
        {
            plan = PartPlan.Of(sizeBytes, plan.PartSizeBytes * 2);
        }

        return plan;
    }

    /// <summary>Four clients send the parts out of order, some twice, and go on when the server comes back.</summary>
    private async Task UploadAsync(DemoServer server, GlacierClient client, string upload, DemoFile file, PartPlan plan)
    {
        var order = Enumerable.Range(0, plan.PartCount)
            .Concat(Enumerable.Range(0, plan.PartCount).Where(part => part % SentTwiceOneIn == 0))
            .ToArray();
        Random.Shared.Shuffle(order);
        var board = new PartBoard(plan.PartCount, order);
        screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} clients upload {plan.PartCount} parts of {ByteCount.Format(plan.PartSizeBytes)}, out of order, "
            + $"{order.Length - plan.PartCount} of them twice"));

        var clock = Stopwatch.StartNew();
        var status = "uploading";
        using var source = ByteSource.FromFile(file.Path);
        var clients = Enumerable.Range(0, Clients).Select(_ => SendAsync(server, upload, source, plan, board)).ToArray();
        var downtime = TimeSpan.Zero;
        var all = Task.WhenAll([.. clients, CrashHalfwayAsync()]);
        await screen.WatchAsync(board, () => status, all);
        clock.Stop();
        Check("server killed by SIGKILL halfway, clients carry on", $"back after {downtime.TotalSeconds:F1} s", true);
        Figure("ingest, without the time that the server was away", Rate(
            (double)file.SizeBytes * board.Sendings / board.PartCount, clock.Elapsed - downtime));

        async Task CrashHalfwayAsync()
        {
            while (board.Acknowledged < (board.Sendings + 1) / 2)
            {
                await Task.WhenAny(Task.Delay(5, cancellationToken), Task.WhenAny(clients));
                if (clients.FirstOrDefault(task => task.IsFaulted) is { } failed)
                {
                    await failed;
                }
            }

            var away = Stopwatch.StartNew();
            status = "server killed";
            await server.KillAsync(cancellationToken);
            var acknowledged = board.StoredParts();
            await server.StartAsync(cancellationToken);
            downtime = away.Elapsed;
            status = "server back, going on";
            await CheckSurvivorsAsync(client, upload, acknowledged.Select(plan.RangeOf).ToHashSet());
        }
    }

    private async Task SendAsync(DemoServer server, string upload, ByteSource source, PartPlan plan, PartBoard board)
    {
        using var client = Connect(server);
        while (board.Take() is { } part)
        {
            var range = plan.RangeOf(part);
            var body = await HashedBody.ReadAsync(source, range, cancellationToken);
            await client.UploadPartAsync(Vault, upload, range.Start, body, cancellationToken);
            board.Acknowledge(part);
        }
    }

    /// <summary>What was acknowledged before the crash is there after it.</summary>
    private async Task CheckSurvivorsAsync(GlacierClient client, string upload, HashSet<ByteRange> acknowledged)
    {
        var listed = (await ListAsync(client, upload)).Select(part => part.Range);
        var there = acknowledged.Intersect(listed).Count();
        Check(
            "every part acknowledged before the crash is there after it",
            $"{there} of {acknowledged.Count}",
            there == acknowledged.Count);
    }

    private async Task CheckPartsAsync(GlacierClient client, string upload, PartPlan plan, DemoFile file)
    {
        var listed = await ListAsync(client, upload);
        var folded = TreeHasher.Combine(listed.Select(part => part.TreeHash).ToArray());
        Check(
            "all parts are listed, and their hashes fold to the file's",
            $"{listed.Count} of {plan.PartCount}",
            listed.Count == plan.PartCount && folded == file.TreeHash);
    }

    private async Task CheckWrongHashAsync(GlacierClient client, string upload, DemoFile file)
    {
        var wrong = TreeHasher.Combine([file.TreeHash, file.TreeHash]);
        try
        {
            await client.CompleteMultipartUploadAsync(Vault, upload, file.SizeBytes, wrong, cancellationToken);
            Check("a wrong tree hash is refused", "it was accepted", false);
        }
        catch (GlacierException refused) when (!refused.IsTransient)
        {
            Check("a wrong tree hash is refused", $"{(int?)refused.StatusCode} {refused.Code}", true);
        }
    }

    private async Task<string> CompleteAsync(DemoServer server, string upload, DemoFile file)
    {
        screen.Say($"{Completers} clients complete at the same moment");
        var clients = Enumerable.Range(0, Completers).Select(_ => Connect(server)).ToArray();
        var clock = Stopwatch.StartNew();
        var receipts = await Task.WhenAll(clients.Select(client => client.CompleteMultipartUploadAsync(
            Vault, upload, file.SizeBytes, file.TreeHash, cancellationToken)));
        var elapsed = clock.Elapsed;
        foreach (var client in clients)
        {
            client.Dispose();
        }

        var ids = receipts.Select(receipt => receipt.ArchiveId).Distinct().ToList();
        Check(
            $"{Completers} completes at once give one archive ID",
            $"{ids.Count} ID in {elapsed.TotalMilliseconds:F0} ms",
            ids.Count == 1);
        return ids[0];
    }

    private async Task CheckAfterAnotherCrashAsync(
        DemoServer server, GlacierClient client, string upload, DemoFile file, string archive)
    {
        await server.KillAsync(cancellationToken);
        await server.StartAsync(cancellationToken);
        var receipt = await client.CompleteMultipartUploadAsync(
            Vault, upload, file.SizeBytes, file.TreeHash, cancellationToken);
        Check(
            "killed again, complete repeated gives the same ID",
            string.Concat(receipt.ArchiveId.AsSpan(0, 12), "…"),
            receipt.ArchiveId == archive);
    }

    private async Task RetrieveAsync(GlacierClient client, string archive, DemoFile file)
    {
        screen.Say("Retrieving the archive");
        var job = await client.InitiateArchiveRetrievalAsync(Vault, archive, cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();
        using var output = await client.GetJobOutputAsync(Vault, job, cancellationToken: cancellationToken);
        using var linear = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        long size = 0;
        while (await output.Body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            linear.AppendData(buffer, 0, count);
            size += count;
        }

        clock.Stop();
        var same = size == file.SizeBytes && new Sha256Digest(linear.GetHashAndReset()) == file.Sha256;
        Check("the archive comes back byte for byte", $"{size} bytes, SHA-256 {(same ? "equal" : "different")}", same);
        Check(
            "the job states the archive's tree hash",
            output.TreeHash?.ToString()[..12] + "…",
            output.TreeHash == file.TreeHash);
        Figure("retrieval, hashing included", Rate(size, clock.Elapsed));
    }

    private async Task<List<UploadedPart>> ListAsync(GlacierClient client, string upload)
    {
        var listed = new List<UploadedPart>();
        await foreach (var part in client.ListPartsAsync(Vault, upload, cancellationToken))
        {
            listed.Add(part);
        }

        return listed;
    }

    private static GlacierClient Connect(DemoServer server) => new(new GlacierClientOptions
    {
        Endpoint = server.Address,
        Region = Region,
        AccessKeyId = server.AccessKeyId,
        SecretAccessKey = server.Secret,
        Retry = Patience,
    });

    private static string Rate(double bytes, TimeSpan time) =>
        ByteCount.Format(bytes / Math.Max(time.TotalSeconds, 0.001)) + "/s";

    private void Check(string what, string result, bool holds) => _checks.Add(new DemoCheck(what, result, holds));

    private void Figure(string what, string result) => _checks.Add(new DemoCheck(what, result, Holds: null));
}

using System.Diagnostics;
using System.Security.Cryptography;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Demo;

/// <summary>One run of the demo. Every step sends signed HTTP requests to other processes.</summary>
internal sealed class DemoRun(
    DirectoryInfo work, DemoService server, DemoScreen screen, CancellationToken cancellationToken)
{
    private const string Vault = "demo";
    private const int Clients = 4;
    private const int Completers = 8;
    private const int MaxParts = 256;

    /// <summary>Every so many parts, one is sent twice.</summary>
    public const int DuplicateInterval = 8;

    private readonly List<DemoCheck> _checks = [];

    /// <summary>Runs all steps and prints the table of checks.</summary>
    /// <returns>0 if all checks passed, otherwise 1.</returns>
    public async Task<int> RunAsync(FileInfo? given, long sizeBytes)
    {
        try
        {
            var file = await PrepareAsync(given, sizeBytes);
            await server.StartAsync(cancellationToken);
            screen.PrintLine(server.Description);
            using var client = server.Connect();
            await client.CreateVaultAsync(Vault, cancellationToken);

            var plan = CreatePlan(file.SizeBytes);
            var upload = await client.InitiateMultipartUploadAsync(
                Vault, plan.PartSizeBytes, "OrleansUploads demo", cancellationToken);
            await UploadAsync(client, upload, file, plan);
            await CheckPartsAsync(client, upload, plan, file);
            await CheckWrongHashAsync(client, upload, file);
            var archive = await CompleteAsync(upload, file);
            await CheckAfterAnotherCrashAsync(client, upload, file, archive);
            await RetrieveAsync(client, archive, file);
            if (await server.StopAsync(cancellationToken) is { } exitCode)
            {
                AddCheck("The server shuts down cleanly", $"exit code {exitCode}", exitCode == 0);
            }
        }
        catch (Exception fault) when (fault is GlacierException or InvalidOperationException or HttpRequestException)
        {
            AddCheck("The demo runs to completion", fault.Message, false);
            if (server.Log is { Length: > 0 } log)
            {
                screen.PrintLine(log);
            }
        }

        if (server.PeakMemoryBytes is { } peak)
        {
            AddMeasurement("Peak memory of the server", ByteCount.Format(peak));
        }

        screen.ShowChecks(_checks);
        return _checks.TrueForAll(check => check.Passed != false) ? 0 : 1;
    }

    private async Task<DemoFile> PrepareAsync(FileInfo? given, long sizeBytes)
    {
        if (given is not null)
        {
            screen.PrintLine($"Hashing {given.FullName}");
            return await DemoFile.ReadAsync(given.FullName, cancellationToken);
        }

        screen.PrintLine($"Generating a file of {ByteCount.Format(sizeBytes)}");
        return await DemoFile.CreateAsync(Path.Combine(work.FullName, "archive"), sizeBytes, cancellationToken);
    }

    /// <summary>Chooses the smallest part size that gives few enough parts to display.</summary>
    private static PartPlan CreatePlan(long sizeBytes)
    {
        var plan = PartPlan.Smallest(sizeBytes);
        while (plan.PartCount > MaxParts)
        {
            plan = PartPlan.Of(sizeBytes, plan.PartSizeBytes * 2);
        }

        return plan;
    }

    /// <summary>Uploads all parts from four clients, out of order and some twice. Crashes the service halfway and starts it again.</summary>
    private async Task UploadAsync(GlacierClient client, string upload, DemoFile file, PartPlan plan)
    {
        var order = Enumerable.Range(0, plan.PartCount)
            .Concat(Enumerable.Range(0, plan.PartCount).Where(part => part % DuplicateInterval == 0))
            .ToArray();
        Random.Shared.Shuffle(order);
        var board = new PartBoard(plan.PartCount, order);
        screen.PrintLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} clients upload {Quantity.Format(plan.PartCount, "part")} of {ByteCount.Format(plan.PartSizeBytes)} out of order, "
            + $"{order.Length - plan.PartCount} of them twice"));

        var clock = Stopwatch.StartNew();
        var status = "uploading";
        using var source = ByteSource.FromFile(file.Path);
        var clients = Enumerable.Range(0, Clients).Select(_ => SendAsync(upload, source, plan, board)).ToArray();
        var downtime = TimeSpan.Zero;
        var all = Task.WhenAll([.. clients, CrashHalfwayAsync()]);
        await screen.WatchAsync(board, () => status, all);
        clock.Stop();
        if (server.Crash is { } crash)
        {
            var took = server.StopsAtCrash ? "back after" : "it took";
            AddCheck($"Clients continue after {crash} halfway", $"{took} {downtime.TotalSeconds:F1} s", true);
        }

        var excluded = server.StopsAtCrash ? downtime : TimeSpan.Zero;
        AddMeasurement(server.StopsAtCrash ? "Upload rate, excluding the downtime" : "Upload rate", FormatRate(
            (double)file.SizeBytes * board.TotalSends / board.PartCount, clock.Elapsed - excluded));

        async Task CrashHalfwayAsync()
        {
            if (server.Crash is null)
            {
                return;
            }

            while (board.Acknowledged < (board.TotalSends + 1) / 2)
            {
                await Task.WhenAny(Task.Delay(5, cancellationToken), Task.WhenAny(clients));
                if (clients.FirstOrDefault(task => task.IsFaulted) is { } failed)
                {
                    await failed;
                }
            }

            var down = Stopwatch.StartNew();
            status = "crashed";
            screen.PrintStep($"  {server.Crash}");
            await server.CrashAsync(cancellationToken);
            var acknowledged = board.StoredParts();
            await server.StartAsync(cancellationToken);
            downtime = down.Elapsed;
            screen.PrintStep("  the service is running again");
            status = "restarted, uploading";
            await CheckSurvivorsAsync(client, upload, acknowledged.Select(plan.RangeOf).ToHashSet());
        }
    }

    private async Task SendAsync(string upload, ByteSource source, PartPlan plan, PartBoard board)
    {
        using var client = server.Connect();
        while (board.TakeNextPart() is { } part)
        {
            var range = plan.RangeOf(part);
            var body = await HashedBody.ReadAsync(source, range, !client.AcceptsUnsignedPayload, cancellationToken);
            await client.UploadPartAsync(Vault, upload, range.Start, body, cancellationToken);
            board.Acknowledge(part);
        }
    }

    /// <summary>Checks that all parts acknowledged before the crash are still listed.</summary>
    private async Task CheckSurvivorsAsync(GlacierClient client, string upload, HashSet<ByteRange> acknowledged)
    {
        var listed = (await ListPartsAsync(client, upload)).Select(part => part.Range);
        var survivors = acknowledged.Intersect(listed).Count();
        AddCheck(
            "All parts acknowledged before the crash still exist",
            $"{survivors} of {acknowledged.Count}",
            survivors == acknowledged.Count);
    }

    private async Task CheckPartsAsync(GlacierClient client, string upload, PartPlan plan, DemoFile file)
    {
        var listed = await ListPartsAsync(client, upload);
        var combined = TreeHasher.Combine(listed.Select(part => part.TreeHash).ToArray());
        AddCheck(
            "All parts are listed, and their combined tree hash equals the file's",
            $"{listed.Count} of {plan.PartCount}",
            listed.Count == plan.PartCount && combined == file.TreeHash);
    }

    private async Task CheckWrongHashAsync(GlacierClient client, string upload, DemoFile file)
    {
        var wrong = TreeHasher.Combine([file.TreeHash, file.TreeHash]);
        try
        {
            await client.CompleteMultipartUploadAsync(Vault, upload, file.SizeBytes, wrong, cancellationToken);
            AddCheck("A wrong tree hash is refused", "it was accepted", false);
        }
        catch (GlacierException refused) when (!refused.IsTransient)
        {
            AddCheck("A wrong tree hash is refused", $"{(int?)refused.StatusCode} {refused.Code}", true);
        }
    }

    private async Task<string> CompleteAsync(string upload, DemoFile file)
    {
        screen.PrintLine($"{Completers} clients complete the upload at the same time");
        var clients = Enumerable.Range(0, Completers).Select(_ => server.Connect()).ToArray();
        var clock = Stopwatch.StartNew();
        var receipts = await Task.WhenAll(clients.Select(client => client.CompleteMultipartUploadAsync(
            Vault, upload, file.SizeBytes, file.TreeHash, cancellationToken)));
        var elapsed = clock.Elapsed;
        foreach (var client in clients)
        {
            client.Dispose();
        }

        var ids = receipts.Select(receipt => receipt.ArchiveId).Distinct().ToList();
        AddCheck(
            $"{Completers} concurrent complete requests return one archive ID",
            $"{ids.Count} ID in {elapsed.TotalMilliseconds:F0} ms",
            ids.Count == 1);
        return ids[0];
    }

    private async Task CheckAfterAnotherCrashAsync(
        GlacierClient client, string upload, DemoFile file, string archive)
    {
        if (server.Crash is not null)
        {
            await server.CrashAsync(cancellationToken);
            await server.StartAsync(cancellationToken);
        }

        var receipt = await client.CompleteMultipartUploadAsync(
            Vault, upload, file.SizeBytes, file.TreeHash, cancellationToken);
        AddCheck(
            server.Crash is null
                ? "A repeated complete request returns the same ID"
                : "After another crash, a repeated complete request returns the same ID",
            string.Concat(receipt.ArchiveId.AsSpan(0, 12), "…"),
            receipt.ArchiveId == archive);
    }

    private async Task RetrieveAsync(GlacierClient client, string archive, DemoFile file)
    {
        screen.PrintLine("Retrieving the archive");
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
        AddCheck("The retrieved archive equals the file", $"{Quantity.Format(size, "byte")}, SHA-256 {(same ? "equal" : "different")}", same);
        AddCheck(
            "The job's output has the archive's tree hash",
            output.TreeHash?.ToString()[..12] + "…",
            output.TreeHash == file.TreeHash);
        AddMeasurement("Retrieval rate, including hashing", FormatRate(size, clock.Elapsed));
    }

    private async Task<List<UploadedPart>> ListPartsAsync(GlacierClient client, string upload)
    {
        var listed = new List<UploadedPart>();
        await foreach (var part in client.ListPartsAsync(Vault, upload, cancellationToken))
        {
            listed.Add(part);
        }

        return listed;
    }

    private static string FormatRate(double bytes, TimeSpan time) =>
        ByteCount.Format(bytes / Math.Max(time.TotalSeconds, 0.001)) + "/s";

    private void AddCheck(string name, string result, bool passed) => _checks.Add(new DemoCheck(name, result, passed));

    private void AddMeasurement(string name, string result) => _checks.Add(new DemoCheck(name, result, Passed: null));
}

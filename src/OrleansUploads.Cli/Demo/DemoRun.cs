using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace OrleansUploads.Cli.Demo;

/// <summary>One run of the demo. Every step sends signed HTTP requests to other processes.</summary>
internal sealed class DemoRun(DemoService service, string path, CancellationToken cancellationToken)
{
    private const string Vault = "demo";
    private const int Clients = 4;
    private const int Completers = 8;
    private const int MaxParts = 256;

    /// <summary>One part in this many is sent twice.</summary>
    public const int DuplicateInterval = 8;

    private readonly Table _checks = new Table().Border(TableBorder.Rounded).AddColumn("Check").AddColumn("Result").AddColumn("");
    private int _failed;

    /// <summary>Returns 0 if all checks passed, otherwise 1.</summary>
    public async Task<int> RunAsync()
    {
        try
        {
            using var file = ByteSource.FromFile(path);
            var treeHash = await file.ReadTreeHashAsync(cancellationToken);
            await service.StartAsync(cancellationToken);
            AnsiConsole.WriteLine(service.Description);
            using var client = service.Connect();
            await client.CreateVaultAsync(Vault, cancellationToken);

            // The smallest parts that are few enough for a short demo.
            var plan = PartPlan.Smallest(file.LengthBytes);
            while (plan.PartCount > MaxParts)
            {
                plan = PartPlan.Of(file.LengthBytes, plan.PartSizeBytes * 2);
            }

            var upload = await client.InitiateMultipartUploadAsync(Vault, plan.PartSizeBytes, "OrleansUploads demo", plan.SizeBytes, cancellationToken: cancellationToken);
            await UploadAsync(client, upload, file, plan);
            var listed = await client.ListPartsAsync(Vault, upload, cancellationToken).ToListAsync(cancellationToken);
            AddCheck(
                "All parts are listed, and their combined tree hash equals the file's",
                $"{listed.Count} of {plan.PartCount}",
                listed.Count == plan.PartCount && TreeHasher.Combine([.. listed.Select(part => part.TreeHash)]) == treeHash);
            await CheckWrongHashAsync(client, upload, file.LengthBytes, TreeHasher.Combine([treeHash, treeHash]));
            var archive = await CompleteAsync(client, upload, file.LengthBytes, treeHash);
            await RetrieveAsync(client, archive, treeHash);
            if (await service.StopAsync(cancellationToken) is { } exitCode)
            {
                AddCheck("The server shuts down cleanly", $"exit code {exitCode}", exitCode == 0);
            }
        }
        catch (Exception fault) when (fault is GlacierException or InvalidOperationException or HttpRequestException)
        {
            AddCheck("The demo runs to completion", fault.Message, false);
            AnsiConsole.WriteLine(service.Log);
        }

        if (service.PeakMemoryBytes > 0)
        {
            AddMeasurement("Peak memory of the server", ByteCount.Format(service.PeakMemoryBytes));
        }

        AnsiConsole.Write(_checks);
        AnsiConsole.WriteLine(_failed == 0 ? "All checks passed." : $"{Quantity.Format(_failed, "check")} failed.");
        return _failed == 0 ? 0 : 1;
    }

    /// <summary>Uploads all parts from four clients, out of order and some twice. Crashes the service halfway and starts it again.</summary>
    private async Task UploadAsync(GlacierClient client, string upload, ByteSource file, PartPlan plan)
    {
        int[] order =
        [
            .. Enumerable.Range(0, plan.PartCount),
            .. Enumerable.Range(0, plan.PartCount).Where(static part => part % DuplicateInterval == 0),
        ];
        Random.Shared.Shuffle(order);
        AnsiConsole.WriteLine(
            $"{Clients} clients upload {Quantity.Format(plan.PartCount, "part")} of {ByteCount.Format(plan.PartSizeBytes)} out of order, "
            + $"{order.Length - plan.PartCount} of them twice");

        var acknowledged = new ConcurrentBag<ByteRange>();
        var halfway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var downtime = TimeSpan.Zero;
        var clock = Stopwatch.StartNew();
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var sent = progress.AddTask("uploading", maxValue: order.Length);
            var clients = Parallel.ForEachAsync(
                order,
                new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
                async (part, token) =>
                {
                    await SendAsync(plan.RangeOf(part), token);
                    sent.Increment(1);
                });
            if (service.Crash is not null)
            {
                await await Task.WhenAny(halfway.Task, clients);
                downtime = await CrashAsync();
            }

            await clients;
        });
        clock.Stop();
        if (service.Crash is { } crash)
        {
            var took = service.StopsAtCrash ? "back after" : "it took";
            AddCheck($"Clients continue after {crash} halfway", $"{took} {downtime.TotalSeconds:F1} s", true);
        }

        AddMeasurement(service.StopsAtCrash ? "Upload rate, excluding the downtime" : "Upload rate", FormatRate(
            (double)plan.SizeBytes * order.Length / plan.PartCount,
            service.StopsAtCrash ? clock.Elapsed - downtime : clock.Elapsed));

        async Task SendAsync(ByteRange range, CancellationToken token)
        {
            var body = await HashedBody.ReadAsync(file, range, !client.AcceptsUnsignedPayload, token);
            await client.UploadPartAsync(Vault, upload, range.Start, body, token);
            acknowledged.Add(range);
            if (2 * acknowledged.Count >= order.Length)
            {
                halfway.TrySetResult();
            }
        }

        async Task<TimeSpan> CrashAsync()
        {
            var down = Stopwatch.StartNew();
            AnsiConsole.WriteLine($"  {service.Crash}");
            await service.CrashAsync(cancellationToken);
            var before = acknowledged.ToHashSet();
            await service.StartAsync(cancellationToken);
            down.Stop();
            AnsiConsole.WriteLine("  the service is running again");
            var listed = await client.ListPartsAsync(Vault, upload, cancellationToken).ToListAsync(cancellationToken);
            var survivors = before.Intersect(listed.Select(static part => part.Range)).Count();
            AddCheck(
                "All parts acknowledged before the crash still exist", $"{survivors} of {before.Count}", survivors == before.Count);
            return down.Elapsed;
        }
    }

    private async Task CheckWrongHashAsync(GlacierClient client, string upload, long sizeBytes, TreeHash wrong)
    {
        try
        {
            await client.CompleteMultipartUploadAsync(Vault, upload, sizeBytes, wrong, cancellationToken);
            AddCheck("A wrong tree hash is refused", "it was accepted", false);
        }
        catch (GlacierException refused) when (!refused.IsTransient)
        {
            AddCheck("A wrong tree hash is refused", $"{(int?)refused.StatusCode} {refused.Code}", true);
        }
    }

    /// <summary>Completes the upload from eight clients, and once more after another crash. Returns the archive's ID.</summary>
    private async Task<string> CompleteAsync(GlacierClient client, string upload, long sizeBytes, TreeHash treeHash)
    {
        AnsiConsole.WriteLine($"{Completers} clients complete the upload at the same time");
        var clock = Stopwatch.StartNew();
        var ids = (await Task.WhenAll(Enumerable.Range(0, Completers).Select(_ => RequestAsync()))).Distinct().ToList();
        AddCheck(
            $"{Completers} concurrent complete requests return one archive ID",
            $"{ids.Count} ID in {clock.Elapsed.TotalMilliseconds:F0} ms",
            ids.Count == 1);

        if (service.Crash is not null)
        {
            await service.CrashAsync(cancellationToken);
            await service.StartAsync(cancellationToken);
        }

        var repeated = await RequestAsync();
        AddCheck(
            service.Crash is null
                ? "A repeated complete request returns the same ID"
                : "After another crash, a repeated complete request returns the same ID",
            $"{repeated[..12]}…",
            repeated == ids[0]);
        return ids[0];

        async Task<string> RequestAsync() => (await client.CompleteMultipartUploadAsync(
            Vault, upload, sizeBytes, treeHash, cancellationToken)).ArchiveId;
    }

    private async Task RetrieveAsync(GlacierClient client, string archive, TreeHash treeHash)
    {
        AnsiConsole.WriteLine("Retrieving the archive");
        await using var file = File.OpenRead(path);
        var expected = await SHA256.HashDataAsync(file, cancellationToken);
        var job = await client.InitiateArchiveRetrievalAsync(Vault, archive, cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();
        using var output = await client.GetJobOutputAsync(Vault, job, cancellationToken: cancellationToken);
        var retrieved = await SHA256.HashDataAsync(output.Body, cancellationToken);
        clock.Stop();
        var same = retrieved.AsSpan().SequenceEqual(expected);
        AddCheck(
            "The retrieved archive equals the file",
            $"{Quantity.Format(output.LengthBytes ?? file.Length, "byte")}, SHA-256 {(same ? "equal" : "different")}",
            same);
        AddCheck("The job's output has the archive's tree hash", output.TreeHash?.ToString()[..12] + "…", output.TreeHash == treeHash);
        AddMeasurement("Retrieval rate, including hashing", FormatRate(file.Length, clock.Elapsed));
    }

    private static string FormatRate(double bytes, TimeSpan time) =>
        ByteCount.Format(bytes / Math.Max(time.TotalSeconds, 0.001)) + "/s";

    private void AddCheck(string name, string result, bool passed)
    {
        _failed += passed ? 0 : 1;
        _checks.AddRow(Markup.Escape(name), Markup.Escape(result), passed ? "[green]ok[/]" : "[red]FAILED[/]");
    }

    private void AddMeasurement(string name, string result) => _checks.AddRow(name, result, "[grey]measured[/]");
}

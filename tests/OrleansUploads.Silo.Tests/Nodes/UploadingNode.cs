using OrleansUploads.Client;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;
using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary><c>node SEED LIST SILO...</c>: a process that shares all uploads of a list with others, over a network that loses requests and
/// answers. For each of them it writes a line with the number of its content and its archive ID.</summary>
internal static class UploadingNode
{
    public const string Command = "node";

    /// <summary>A line that begins with this word has an archive ID.</summary>
    public const string Completed = "archive";

    /// <summary>A line that begins with this word names a part that counts although it was never written.</summary>
    public const string Unwritten = "unwritten";

    /// <summary>All nodes take the uploads in the same order, so several of them work on the same few.</summary>
    private const int UploadsAtATime = 6;

    /// <summary>One of this many uploads has a report of a part that was never written.</summary>
    private const int WithFalseReport = 12;

    private static readonly RetryPolicy Patient = new() { MaxAttempts = 300, MaxDelay = TimeSpan.FromSeconds(1) };

    private static readonly DirectUploadOptions Options = new()
    {
        Workers = 2,
        PartRetry = Patient,
        CompleteRetry = Patient,
        Pause = TimeSpan.FromMilliseconds(200),
        Patience = TimeSpan.FromSeconds(2),
    };

    public static CapturedProcess Start(int seed, string list, IEnumerable<Uri> silos) => CommandLine.StartProgram(
        [typeof(UploadingNode).Assembly.Location, Command, seed.ToString(CultureInfo.InvariantCulture), list, .. silos.Select(static silo => $"{silo}")]);

    /// <summary>Runs a node until it has the archive ID of each upload.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var seed = int.Parse(args[0], CultureInfo.InvariantCulture);
        await using var rotation = new Rotation(args[2..].Select(static silo => new Uri(silo)));
        using var http = new HttpClient(new NodeRequests(rotation, new LossyNetwork(seed, GlacierClient.CreateHandler())))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var client = FaultCampaign.Connect(http, Patient);
        var random = new Random(seed);
        await Parallel.ForEachAsync(
            SharedUpload.ReadAll(args[1]).Select(upload => (Upload: upload, Draw: random.Next(WithFalseReport * upload.Parts))),
            new ParallelOptions { MaxDegreeOfParallelism = UploadsAtATime },
            async (shared, token) =>
            {
                var (upload, draw) = shared;
                using var content = upload.OpenContent();
                if (draw < upload.Parts)
                {
                    await ReportUnwrittenAsync(client, upload, draw, token);
                }

                var receipt = await new DirectUpload(client, upload.Vault, upload.Id, Options).SendAsync(content, token);

                // One write, so that a kill leaves no half of a line.
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Completed} {upload.Content} {receipt.ArchiveId}"));
            });
        return 0;
    }

    /// <summary>Reports a part that was granted and never written, as a faulty node does.</summary>
    private static async Task ReportUnwrittenAsync(GlacierClient client, SharedUpload upload, int part, CancellationToken cancellationToken)
    {
        try
        {
            var range = PartPlan.Of(upload.LengthBytes, SharedUpload.PartBytes).RangeOf(part);
            var grant = (await client.GrantWritesAsync(upload.Vault, upload.Id, [range], cancellationToken: cancellationToken))[0];
            using var content = upload.OpenContent();
            var hash = TreeHasher.Compute(content.ToArray().AsSpan((int)range.Start, (int)range.LengthBytes));
            var reported = new DirectPart(range, hash, grant.Attempt);
            var verdict = (await client.ReportWrittenAsync(upload.Vault, upload.Id, [reported], cancellationToken))[0];
            if (verdict.Code is null)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Unwritten} {upload.Content} {part}"));
            }
        }
        catch (GlacierException ended) when (ended.Code == GlacierErrorCodes.ResourceNotFound)
        {
            // Other nodes have completed it.
        }
    }
}

using OrleansUploads.Benchmarks.Entities;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Completes multipart uploads of the most parts over HTTP, and repeats the completions. The upload is in the server's memory, as
/// after its last part.</summary>
internal sealed class CompleteObjectBenchmark : IBenchmark
{
    private const double MostMilliseconds = 50;
    private const double MostRepeatedMilliseconds = 10;
    /// <summary>So many that the code for each of 10,000 parts has been optimized, as in a server that runs for a while.</summary>
    private const int WarmUps = 10;
    private const string Bucket = "uploads";

    public string Name => "s3-complete-10000";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = session.Pick(ObjectLimits.MaxParts, ObjectLimits.MaxParts / 10);
        var rounds = new Rounds(Name, Unit.Milliseconds, session.Pick(11, 3), WarmUps);
        var folder = session.Subfolder("server");
        var targets = await ReportedObjects.CreateAsync(folder, Bucket, rounds.Count + WarmUps, parts, cancellationToken);
        var body = ReportedObjects.CompletionOf(parts);
        await using var server = await GatewayServer.StartAsync(folder, cancellationToken, createsVault: false);
        using var sqlite = new BareSqlite(Path.Combine(session.Folder, "bare.db"));
        var row = new byte[256];
        var bucket = server.BucketNamed(Bucket);
        var next = 0;
        var completed = await rounds.AlternateAsync(
            async token =>
            {
                var target = targets[next++];
                await bucket.SendAsync(HttpMethod.Get, target.Replace("?", "?max-parts=1&", StringComparison.Ordinal), [], token);
                return await Rounds.TimeAsync(() => bucket.SendAsync(HttpMethod.Post, target, body, token));
            },
            InsertAsync,
            cancellationToken);
        var again = new Rounds($"{Name}, repeated", Unit.Milliseconds, session.Pick(25, 5), WarmUps);
        var repeated = await again.AlternateAsync(
            token => Rounds.TimeAsync(() => bucket.SendAsync(HttpMethod.Post, targets[^1], body, token)), InsertAsync, cancellationToken);
        return
        [
            Verdict.OfLimit(Name, Unit.Milliseconds, completed, MostMilliseconds),
            Verdict.OfLimit(again.What, Unit.Milliseconds, repeated, MostRepeatedMilliseconds),
        ];

        Task<double> InsertAsync(CancellationToken token) => Rounds.TimeAsync(() =>
        {
            sqlite.Insert(rows: 1, batchRows: 1, row);
            return Task.CompletedTask;
        });
    }
}

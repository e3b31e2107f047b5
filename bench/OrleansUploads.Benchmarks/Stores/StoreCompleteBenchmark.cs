using OrleansUploads.Benchmarks.Entities;
using OrleansUploads.Benchmarks.Objects;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Storage.Tests;

namespace OrleansUploads.Benchmarks.Stores;

/// <summary>Measures the completion of the largest possible upload, over HTTP, on a server whose object store is far away: each request to
/// the store takes 20 ms longer. The baseline is one small object that is put into the store on the same way.</summary>
internal sealed class StoreCompleteBenchmark : IBenchmark
{
    private const double MostMilliseconds = 300;
    private const int Callers = 256;
    private const int WarmUps = 5;
    private const string Objects = "uploads";

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    public string Name => "store-complete";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = session.Pick(Limits.MaxParts, Limits.MaxParts / 10);
        var rounds = new Rounds($"{Name}-{parts}", Unit.Milliseconds, session.Pick(11, 3), WarmUps);
        var count = rounds.Count + rounds.WarmUps;
        await using var store = await StoreServer.StartAsync(session, "store", cancellationToken);
        var folder = session.Subfolder("gateway");
        var uploads = await CreateUploadsAsync(store, folder, count, parts, cancellationToken);
        var targets = await CreateObjectsAsync(store, folder, count, parts, cancellationToken);

        await using var proxy = await StoreProxy.StartAsync();
        var distant = proxy.To(store.Endpoint);
        proxy.Delay = RoundTrip;
        await using var gateway = await GatewayServer.StartOverAsync(folder, store, cancellationToken, distant, createsVault: false);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var direct = store.BucketAt(distant, http);
        var next = 0;
        var archives = await rounds.AlternateAsync(
            async token =>
            {
                var upload = uploads.Ids[next++];
                await gateway.ReadPartsAsync(upload, token);
                return await Rounds.TimeAsync(() => gateway.CompleteAsync(
                    upload, parts * Limits.MinPartSizeBytes, uploads.TreeHash, token));
            },
            PutAsync,
            cancellationToken);
        next = 0;
        var bucket = gateway.BucketNamed(Objects);
        var body = ReportedObjects.CompletionOf(parts);
        var objects = await (rounds with { What = $"{rounds.What}, S3" }).AlternateAsync(
            async token =>
            {
                var target = targets[next++];
                await bucket.SendAsync(HttpMethod.Get, target.Replace("?", "?max-parts=1&", StringComparison.Ordinal), [], token);
                return await Rounds.TimeAsync(() => bucket.SendAsync(HttpMethod.Post, target, body, token));
            },
            PutAsync,
            cancellationToken);
        return
        [
            Verdict.OfLimit(rounds.What, Unit.Milliseconds, archives, MostMilliseconds),
            Verdict.OfLimit($"{rounds.What}, S3", Unit.Milliseconds, objects, MostMilliseconds),
        ];

        Task<double> PutAsync(CancellationToken token) => Rounds.TimeAsync(() => direct.PutAsync("direct", [1], token));
    }

    /// <summary>Creates uploads of the vault API whose parts are reported, but have no bytes. A completion does not look for them.
    /// </summary>
    private static async Task<(IReadOnlyList<string> Ids, TreeHash TreeHash)> CreateUploadsAsync(
        StoreServer store, string folder, int count, int parts, CancellationToken cancellationToken)
    {
        using var opened = await store.OpenAsync(cancellationToken);
        await using var uploads = await ReportedUploads.OpenAsync(
            await OpenEngineAsync(folder, opened, cancellationToken), folder, cancellationToken);
        var ids = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var upload = await uploads.BeginAsync(cancellationToken);
            await uploads.ReportAllAsync(upload, uploads.PrepareReports(parts), Callers, cancellationToken);
            ids.Add(upload.ToString());
        }

        return (ids, TreeHasher.Combine(uploads.Hashes.AsSpan(0, parts)));
    }

    /// <summary>Does the same for S3.</summary>
    private static async Task<IReadOnlyList<string>> CreateObjectsAsync(
        StoreServer store, string folder, int count, int parts, CancellationToken cancellationToken)
    {
        using var opened = await store.OpenAsync(cancellationToken);
        await using var engine = await OpenEngineAsync(folder, opened, cancellationToken);
        return await ReportedObjects.CreateAsync(
            engine.Engine, Objects, count, parts, static (_, _) => Task.CompletedTask, cancellationToken);
    }

    /// <summary>Opens an engine whose bytes are in an object store, which the caller disposes afterwards.</summary>
    private static async Task<FolderEngine> OpenEngineAsync(
        string folder, ObjectPartStore parts, CancellationToken cancellationToken)
    {
        var opened = FolderEngine.Open(folder, TimeProvider.System, new DataFolderOptions { Parts = parts });
        await opened.Folder.TakeStoreAsync(takesOver: false, cancellationToken);
        return opened;
    }
}

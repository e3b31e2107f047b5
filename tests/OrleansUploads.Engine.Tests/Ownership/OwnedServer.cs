using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Engine.Tests.Ownership;

/// <summary>A server with a data folder of its own, whose bytes are in a store that others can open too.</summary>
internal sealed class OwnedServer : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static int _seed;

    private readonly DataFolder _folder;
    private readonly ManualTime _time;

    private OwnedServer(DataFolder folder, EmbeddedEngine engine, ManualTime time)
    {
        _folder = folder;
        Engine = engine;
        _time = time;
    }

    public EmbeddedEngine Engine { get; }

    /// <summary>What the health report says of the store, or null.</summary>
    public string? Problem => _folder.Health.Select(static store => store.Read()).FirstOrDefault(
        static health => health.Condition == StoreCondition.Unhealthy)?.Detail;

    /// <summary>Starts a server as a host does: the folder first, then the store, then the engine.</summary>
    public static async Task<OwnedServer> StartAsync(string path, SharedStore store, ManualTime time, bool takesOver = false)
    {
        var folder = DataFolder.Open(path, new DataFolderOptions { Parts = await store.OpenAsync() }, time);
        try
        {
            await folder.TakeStoreAsync(takesOver, None);
            var engine = new EmbeddedEngine(new EngineSetup(folder.Ports, new EngineOptions(), time)
            {
                Clock = new ContinuousClock(time),
                RunsMaintenance = false,
            });
            return new OwnedServer(folder, engine.Start(), time);
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Requires that a start is refused with one sentence that contains some words.</summary>
    public static async Task RefuseAsync(string path, SharedStore store, ManualTime time, params string[] words)
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => StartAsync(path, store, time));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    public async Task CreateVaultAsync() => await Engine.Host.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), None);

    public async Task<UploadId> OpenAsync()
    {
        var upload = Engine.Ids.NewUpload();
        await Engine.Host.AskAsync(
            Some.Vault.Entity,
            new OpenUpload(Some.Vault, upload, Some.Size(1), Description.None, UploadOrigin.Multipart, ByteStorage.Gateway),
            None);
        return upload;
    }

    public async Task<byte[]> StoreAsync(UploadId upload)
    {
        var body = Some.Bytes(1000, Interlocked.Increment(ref _seed));
        var stored = await Engine.Paths.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, body.Length - 1), EngineBench.Hashes(body), new MemoryStream(body), sender: null, None);
        Assert.Null(stored.Refusal);
        return body;
    }

    /// <summary>Stores an archive that a client then relies on.</summary>
    public async Task<(UploadId Upload, byte[] Bytes)> ArchiveAsync()
    {
        var upload = await OpenAsync();
        return await CompleteAsync(upload, await StoreAsync(upload));
    }

    /// <summary>Completes an upload of one part.</summary>
    public async Task<(UploadId Upload, byte[] Bytes)> CompleteAsync(UploadId upload, byte[] body)
    {
        var completed = await Engine.Host.AskAsync(
            upload.Entity, new CompleteUpload(Some.Vault, body.Length, TreeHasher.Compute(body)), None);
        Assert.Null(completed.Refusal);
        return (upload, body);
    }

    public async Task AbortAsync(UploadId upload) => await Engine.Host.AskAsync(upload.Entity, new AbortUpload(Some.Vault), None);

    /// <summary>Runs a collection without grace.</summary>
    public async Task<CollectionReport> CollectAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return await Engine.Collector.CollectAsync(TimeSpan.Zero, None);
    }

    /// <summary>Requires that every byte of an archive is there.</summary>
    public async Task ExpectAsync((UploadId Upload, byte[] Bytes) archive)
    {
        var manifest = await Engine.Paths.Archives.ReadManifestAsync(archive.Upload, None);
        using var output = new MemoryStream();
        await Engine.Paths.Archives.CopyAsync(manifest, new PartRange(0, archive.Bytes.Length - 1), output, None);
        Assert.Equal(archive.Bytes, output.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _folder.DisposeAsync();
    }
}

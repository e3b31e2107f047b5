using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Ownership;

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

    public StoreOwnership Ownership => ((OwnedPartStore)Engine.Parts).Ownership;

    /// <summary>What the health report says of the store, or null.</summary>
    public string? Problem => _folder.Health.Select(static store => store.Read()).FirstOrDefault(
        static health => health.Condition == StoreCondition.Unhealthy)?.Detail;

    /// <summary>Starts a server as a host does: the folder first, then the store, then the engine.</summary>
    public static async Task<OwnedServer> StartAsync(string path, SharedPartStore store, ManualTime time, bool takesOver = false)
    {
        var folder = DataFolder.Open(path, new DataFolderOptions { Parts = await store.OpenAsync() }, time);
        try
        {
            await folder.TakeStoreAsync(takesOver, None);
            var engine = new EmbeddedEngine(new EngineSetup(folder.Ports, new EngineOptions(), time)
            {
                Clock = new ContinuousClock(time),
                RunsMaintenance = false,
            }).Start();
            await engine.Host.CreateVaultAsync();
            return new OwnedServer(folder, engine, time);
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    public async Task<UploadId> OpenAsync()
    {
        var upload = await Engine.Paths.ArchiveIntake.OpenUploadAsync();
        await StoreAsync(upload);
        return upload;
    }

    public async Task<byte[]> StoreAsync(UploadId upload)
    {
        var body = Some.Bytes(1000, Interlocked.Increment(ref _seed));
        Assert.Null((await Engine.Paths.ArchiveIntake.StoreAsync(upload, 0, body)).Refusal);
        return body;
    }

    /// <summary>Stores an archive that a client then relies on.</summary>
    public async Task<(UploadId Upload, byte[] Bytes)> ArchiveAsync()
    {
        var upload = await Engine.Paths.ArchiveIntake.OpenUploadAsync();
        return await CompleteAsync(upload, await StoreAsync(upload));
    }

    public async Task<(UploadId Upload, byte[] Bytes)> CompleteAsync(UploadId upload, byte[] body)
    {
        await Engine.Host.CompleteAsync(upload, body);
        return (upload, body);
    }

    public async Task AbortAsync(UploadId upload) => await Engine.Host.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation), None);

    /// <summary>Leaves an attempt of an upload that does not exist.</summary>
    public Task LeaveOrphanAsync() => Engine.Parts.StoreAsync(Engine.Ids.NewUpload(), Engine.Ids.NewAttempt(), [1, 2, 3]);

    /// <summary>Runs a collection without grace.</summary>
    public async Task<CollectionReport> CollectAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return await Engine.Collector.CollectAsync(TimeSpan.Zero, None);
    }

    /// <summary>Requires that every byte of an archive is there.</summary>
    public async Task ExpectAsync((UploadId Upload, byte[] Bytes) archive)
    {
        var manifest = await Engine.Paths.Manifests.ReadAsync(ClientCalls.Incarnation, archive.Upload, None);
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

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A data folder with an archive of three parts and an open upload with two, written once and copied for each test.</summary>
public sealed class AcknowledgedData : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public ArchiveId Archive { get; private set; }

    public UploadId Completed { get; private set; }

    public UploadId Open { get; private set; }

    public string Closed => _folder.Data;

    /// <summary>The folder as it is while its engine has it open: what a crash leaves.</summary>
    public string Crashed => _folder.File("crashed");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var engine = FolderEngine.Open(_folder.Data, TimeProvider.System);
        await engine.Host.CreateVaultAsync();
        (Completed, Archive) = await StoreArchiveAsync(engine, seed: 1);
        Open = await engine.Engine.Paths.ArchiveIntake.OpenUploadAsync();
        await StoreAsync(engine, Open, PartBytes.Of(2 * TreeHash.LeafBytes, seed: 2));
        FileDamage.CopyFolder(_folder.Data, Crashed);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Uploads and completes an archive of three parts.</summary>
    public static async Task<(UploadId Upload, ArchiveId Archive)> StoreArchiveAsync(FolderEngine engine, int seed)
    {
        var bytes = PartBytes.Of((2 * TreeHash.LeafBytes) + 7, seed);
        var upload = await engine.Engine.Paths.ArchiveIntake.OpenUploadAsync();
        await StoreAsync(engine, upload, bytes);
        return (upload, (await engine.Host.CompleteAsync(upload, bytes)).Archive);
    }

    private static async Task StoreAsync(FolderEngine engine, UploadId upload, byte[] bytes)
    {
        for (var start = 0; start < bytes.Length; start += TreeHash.LeafBytes)
        {
            var part = bytes[start..Math.Min(start + TreeHash.LeafBytes, bytes.Length)];
            Assert.Null((await engine.Engine.Paths.ArchiveIntake.StoreAsync(upload, start, part)).Refusal);
        }
    }
}

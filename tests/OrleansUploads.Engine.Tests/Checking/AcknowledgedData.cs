using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A data folder with an archive of three parts and an open upload with two, written once and copied for each test.</summary>
public sealed class AcknowledgedData : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The archive.</summary>
    public ArchiveId Archive { get; private set; }

    /// <summary>The upload that became the archive.</summary>
    public UploadId Completed { get; private set; }

    /// <summary>The open upload.</summary>
    public UploadId Open { get; private set; }

    /// <summary>The folder as it is while its engine has it open: what a crash leaves.</summary>
    public string Crashed => _folder.File("crashed");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using (var engine = FolderEngine.Open(_folder.Data, TimeProvider.System))
        {
            await AskAsync(engine, Some.Account.Entity, new CreateVault(Some.Vault));
            (Completed, Archive) = await StoreArchiveAsync(engine, seed: 1);
            Open = await OpenAsync(engine);
            await StoreAsync(engine, Open, PartBytes.Of(2 * TreeHash.LeafBytes, seed: 2));
            Copy(_folder.Data, Crashed);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies the folder.</summary>
    public void CopyTo(string path) => Copy(_folder.Data, path);

    /// <summary>Uploads and completes an archive of three parts.</summary>
    public static async Task<(UploadId Upload, ArchiveId Archive)> StoreArchiveAsync(FolderEngine engine, int seed)
    {
        var bytes = PartBytes.Of((2 * TreeHash.LeafBytes) + 7, seed);
        var upload = await OpenAsync(engine);
        await StoreAsync(engine, upload, bytes);
        var completed = await AskAsync(
            engine, upload.Entity, new CompleteUpload(Some.Vault, bytes.Length, TreeHasher.Compute(bytes)));
        return (upload, completed.Archive);
    }

    /// <summary>Begins an upload with parts of 1 MiB.</summary>
    public static async Task<UploadId> OpenAsync(FolderEngine engine)
    {
        var upload = engine.Ids.NewUpload();
        await AskAsync(
            engine, Some.Vault.Entity, new OpenUpload(Some.Vault, upload, Some.Size(1), Description.None, UploadOrigin.Multipart));
        return upload;
    }

    /// <summary>Copies all files of a folder but its lock, which an engine holds.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static async Task StoreAsync(FolderEngine engine, UploadId upload, byte[] bytes)
    {
        for (var start = 0; start < bytes.Length; start += TreeHash.LeafBytes)
        {
            var part = bytes[start..Math.Min(start + TreeHash.LeafBytes, bytes.Length)];
            var attempt = engine.Ids.NewAttempt();
            await engine.Parts.StoreAsync(upload, attempt, part);
            var range = new PartRange(start, start + part.Length - 1);
            await AskAsync(engine, upload.Entity, new StorePart(Some.Vault, range, TreeHasher.Compute(part), attempt));
        }
    }

    private static async Task<TAnswer> AskAsync<TAnswer>(FolderEngine engine, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await engine.Host.AskAsync(entity, command, default)).Answer;
}

using System.Security.Cryptography;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>Uploads on a real engine whose parts are reported without bytes. This measures decisions and journaling, which
/// do not need the bytes.</summary>
internal sealed class ReportedUploads : IAsyncDisposable
{
    private static readonly Sender Sender = new("AKIAIOSFODNN7EXAMPLE", "node-1", "192.0.2.1");

    private static readonly PartSize OneMebibyte = Some.Size(1);

    private readonly FolderEngine _opened;
    private readonly EmbeddedEngine _engine;
    private readonly VaultIncarnation _vault;
    private readonly string _folder;

    private ReportedUploads(FolderEngine opened, VaultIncarnation vault, string folder)
    {
        _opened = opened;
        _engine = opened.Engine;
        _vault = vault;
        _folder = folder;
        for (var slot = 0; slot < Hashes.Length; slot++)
        {
            Hashes[slot] = new TreeHash(new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(slot))));
        }
    }

    /// <summary>The tree hashes of the parts of every upload, by slot.</summary>
    public TreeHash[] Hashes { get; } = new TreeHash[Limits.MaxParts];

    /// <summary>Opens an engine with one vault.</summary>
    public static Task<ReportedUploads> OpenAsync(string folder, CancellationToken cancellationToken) =>
        OpenAsync(FolderEngine.Open(folder, TimeProvider.System), folder, cancellationToken);

    /// <summary>Creates the vault in an engine, which is disposed with the result.</summary>
    public static async Task<ReportedUploads> OpenAsync(FolderEngine opened, string folder, CancellationToken cancellationToken)
    {
        var vault = await EngineVault.CreateAsync(opened.Engine.Host, GatewayServer.VaultId, cancellationToken);
        return new ReportedUploads(opened, vault, folder);
    }

    /// <summary>Opens an upload in parts of 1 MiB.</summary>
    public async Task<UploadId> BeginAsync(CancellationToken cancellationToken) => (await _engine.Paths.ArchiveIntake.InitiateAsync(
        _vault, OneMebibyte, default, ByteStorage.Gateway, totalBytes: null, createKey: null, cancellationToken)).Answer.Upload;

    /// <summary>The reports of the first parts of an upload, each a whole part.</summary>
    public StorePart[] PrepareReports(int parts)
    {
        var reports = new StorePart[parts];
        for (var slot = 0; slot < parts; slot++)
        {
            var first = slot * OneMebibyte.Bytes;
            var range = new PartRange(first, first + OneMebibyte.Bytes - 1);
            reports[slot] = new StorePart(_vault, range, Hashes[slot], _engine.Ids.NewAttempt(), Sender);
        }

        return reports;
    }

    /// <summary>Sends reports to an upload from many concurrent callers, each of which waits for its answers. All reports
    /// are durable when the task completes.</summary>
    public async Task ReportAllAsync(
        UploadId upload, StorePart[] reports, int callers, CancellationToken cancellationToken)
    {
        var next = -1;

        async Task CallAsync()
        {
            // Like requests, each caller has its own token.
            using var callerCancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            for (var i = Interlocked.Increment(ref next); i < reports.Length; i = Interlocked.Increment(ref next))
            {
                _ = (await _engine.Host.AskAsync(upload.Entity, reports[i], callerCancellation.Token)).Answer;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallAsync()));
    }

    /// <summary>Stores one real attempt of an upload, so that its folder exists, as after real parts.</summary>
    public Task StoreAttemptAsync(UploadId upload, CancellationToken cancellationToken) =>
        SparseAttempts.StoreOneAsync(_engine, upload, lengthBytes: 1, cancellationToken);

    /// <summary>Creates a sparse file for each reported attempt, with the length of a real one.</summary>
    /// <returns>The folder that contains them.</returns>
    public Task<string> StoreSparseAttemptsAsync(UploadId upload, StorePart[] reports, CancellationToken cancellationToken) =>
        SparseAttempts.StoreAsync(
            _engine, _folder, upload, reports.Select(report => report.Attempt), (int)OneMebibyte.Bytes, cancellationToken);

    /// <summary>Lists the attempts of an upload, like its completion.</summary>
    public ValueTask<IReadOnlyList<ListedAttempt>?> ListStoredAsync(UploadId upload, CancellationToken cancellationToken) =>
        _engine.Parts.ListStoredAsync(upload, cancellationToken);

    /// <summary>Completes an upload whose first parts were reported. On return, the index contains the archive and the vault
    /// counts it.</summary>
    public async Task CompleteAsync(UploadId upload, int parts, TreeHash treeHash, CancellationToken cancellationToken)
    {
        var command = new CompleteUpload(_vault, parts * OneMebibyte.Bytes, treeHash);
        _ = (await _engine.Host.AskAsync(upload.Entity, command, cancellationToken)).Answer;
    }

    public ValueTask DisposeAsync() => _opened.DisposeAsync();
}

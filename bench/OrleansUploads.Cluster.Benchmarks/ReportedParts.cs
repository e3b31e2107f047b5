using System.Security.Cryptography;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>Uploads whose parts are reported without bytes, to either kind of host.</summary>
internal sealed class ReportedParts
{
    private const long PartBytes = 1024 * 1024;

    private static int _vaults;

    private readonly IdSource _ids = new(TimeProvider.System);
    private readonly IEntityHost _host;
    private readonly VaultIncarnation _vault;

    private ReportedParts(IEntityHost host, VaultIncarnation vault)
    {
        _host = host;
        _vault = vault;
    }

    /// <summary>Makes a vault, so that the uploads of other rounds are not in its list.</summary>
    public static async Task<ReportedParts> InAsync(IEntityHost host, CancellationToken cancellationToken)
    {
        if (!VaultId.TryParse($"000000000001/benchmarks-{Interlocked.Increment(ref _vaults)}", out var vault))
        {
            throw new InvalidOperationException("That is no vault.");
        }

        _ = (await host.AskAsync(vault.Account.Entity, new CreateVault(vault), cancellationToken)).Answer;
        var description = (await host.AskAsync(vault.Entity, new DescribeVault(vault), cancellationToken)).Answer;
        return new ReportedParts(host, description.Incarnation);
    }

    /// <summary>Opens uploads, as many at once as there are callers.</summary>
    public async Task<UploadId[]> OpenAsync(int count, CancellationToken cancellationToken)
    {
        _ = PartSize.TryCreate(PartBytes, out var size);
        var uploads = new UploadId[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), cancellationToken, async (i, token) =>
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var spec = new ArchiveUploadSpec(_ids.NewUpload(), _vault, size, default, UploadOrigin.Multipart, now);
            _ = (await _host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), token)).Answer;
            uploads[i] = spec.Upload;
        });
        return uploads;
    }

    /// <summary>A report of each of an upload's first parts.</summary>
    public StorePart[] Prepare(int parts) => [.. Enumerable.Range(0, parts).Select(slot => new StorePart(
        _vault,
        new PartRange(slot * PartBytes, ((slot + 1) * PartBytes) - 1),
        new TreeHash(new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(slot)))),
        _ids.NewAttempt()))];

    /// <summary>Reports from many callers at once, each of which waits for its answer. Call <c>i</c> goes to the upload
    /// <c>i</c> modulo their number.</summary>
    public Task ReportAsync(UploadId[] uploads, StorePart[] reports, int callers, CancellationToken cancellationToken) =>
        CallAsync(
            uploads.Length * reports.Length,
            callers,
            async call => _ = (await _host.AskAsync(
                uploads[call % uploads.Length].Entity, reports[call / uploads.Length], cancellationToken)).Answer);

    /// <summary>Makes calls from many callers at once.</summary>
    public static Task CallAsync(int calls, int callers, Func<int, Task> call)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < calls; i = Interlocked.Increment(ref next))
            {
                await call(i);
            }
        }));
    }
}

using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Sends requests to a server over HTTP, and translates its answers for the judge.</summary>
/// <remarks>An unexpected answer becomes <see cref="Verdict.Unknown"/> with its reason. The caller decides whether a fault
/// explains it.</remarks>
/// <param name="client">Sends the requests.</param>
/// <param name="impatient">Sends those that lie, which need not be repeated; null if the other client repeats nothing.</param>
internal sealed class HttpServer(GlacierClient client, GlacierClient? impatient = null) : IServer
{
    /// <summary>The names of vaults that other clients use begin like this.</summary>
    public const string Others = "other-";

    private const long PartSizeBytes = Limits.MinPartSizeBytes;
    private static readonly string[] Vaults = ["photos", "tapes"];

    public static bool CanSend(Request request) => LieOf(request) != Lie.BodyTooLong;

    /// <summary>Whether the request gets no answer because its body is incomplete.</summary>
    public static bool EndsWithoutAnswer(Request request) => LieOf(request) is Lie.BodyBreaksOff or Lie.BodyTooShort;

    public async Task<Reply> HandleAsync(Request request, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(request, cancellationToken);
        }
        catch (GlacierException refused)
        {
            return new Reply(VerdictOf(request, refused.Code)) { Reason = $"{refused.StatusCode} {refused.Code}: {refused.Message}" };
        }
        catch (Exception failure)
            when (failure is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // The client of an ended process is disposed, maybe before a request that was meant for it is sent.
            return new Reply(Verdict.Unknown) { Reason = $"{failure.GetType().Name}: {failure.Message}" };
        }
    }

    private static Verdict VerdictOf(Request request, string code) => (request, code) switch
    {
        (_, GlacierErrorCodes.ResourceNotFound) => Verdict.NotFound,
        (Request.DeleteVault, GlacierErrorCodes.InvalidParameterValue) => Verdict.Conflict,
        (Request.PutPart or Request.PutArchive, GlacierErrorCodes.RequestTimeout) => Verdict.Conflict,

        // A read is never invalid. A job is available later where a clock was ahead.
        (Request.ReadArchive, _) => Verdict.Unknown,
        (_, GlacierErrorCodes.InvalidParameterValue) => Verdict.Invalid,
        (_, GlacierErrorCodes.InvalidSignature) when LieOf(request) != Lie.None => Verdict.Invalid,
        _ => Verdict.Unknown,
    };

    private static Lie LieOf(Request request) => request switch
    {
        Request.PutPart put => put.Lie,
        Request.PutArchive put => put.Lie,
        _ => Lie.None,
    };

    private async Task<Reply> AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        var vault = request is Request.OfVault about ? Vaults[about.Vault] : "";
        switch (request)
        {
            case Request.CreateVault:
                await client.CreateVaultAsync(vault, cancellationToken);
                return new Reply(Verdict.Done);
            case Request.DeleteVault:
                await client.DeleteVaultAsync(vault, cancellationToken);
                return new Reply(Verdict.Done);
            case Request.DescribeVault:
                var described = await client.DescribeVaultAsync(vault, cancellationToken);
                return new Reply(Verdict.Done)
                {
                    Archives = described.ArchiveCount ?? 0,
                    SizeBytes = described.SizeBytes ?? 0,
                };
            case Request.ListVaults:
                var vaults = await client.ListVaultsAsync(cancellationToken)
                    .Where(listed => !listed.Name.StartsWith(Others, StringComparison.Ordinal))
                    .Select(listed => Array.IndexOf(Vaults, listed.Name)).ToListAsync(cancellationToken);
                return new Reply(Verdict.Done) { Vaults = vaults };
            case Request.InitiateUpload:
                return new Reply(Verdict.Done)
                {
                    Upload = Upload(
                        await client.InitiateMultipartUploadAsync(vault, PartSizeBytes, cancellationToken: cancellationToken)),
                };
            case Request.PutPart r:
                await PutAsync(r, cancellationToken);
                return new Reply(Verdict.Done);
            case Request.CompleteUpload r:
                return new Reply(Verdict.Done)
                {
                    Archive = Archive(await client.CompleteMultipartUploadAsync(
                        vault, r.Upload.ToString(), r.Claim.SizeBytes, r.Claim.TreeHash, cancellationToken)),
                };
            case Request.AbortUpload r:
                await client.AbortMultipartUploadAsync(vault, r.Upload.ToString(), cancellationToken);
                return new Reply(Verdict.Done);
            case Request.ListParts r:
                return new Reply(Verdict.Done)
                {
                    Parts = await client.ListPartsAsync(vault, r.Upload.ToString(), cancellationToken)
                        .Select(part => ((int)(part.Range.Start / PartSizeBytes), part.Range.LengthBytes, part.TreeHash))
                        .ToListAsync(cancellationToken),
                };
            case Request.ListUploads:
                return new Reply(Verdict.Done)
                {
                    Uploads = await client.ListMultipartUploadsAsync(vault, cancellationToken)
                        .Select(upload => Upload(upload.UploadId)).ToListAsync(cancellationToken),
                };
            case Request.PutArchive r:
                var body = await BodyAsync(r.Content, r.Lie);
                return new Reply(Verdict.Done)
                {
                    Archive = Archive(
                        await ClientFor(r.Lie).UploadArchiveAsync(vault, body, cancellationToken: cancellationToken)),
                };
            case Request.DeleteArchive r:
                await client.DeleteArchiveAsync(vault, r.Archive.ToString(), cancellationToken);
                return new Reply(Verdict.Done);
            case Request.ReadArchive r:
                return await ReadAsync(r, cancellationToken);
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request, "Unknown kind of request.");
        }
    }

    private GlacierClient ClientFor(Lie lie) => lie == Lie.None ? client : impatient ?? client;

    private async Task PutAsync(Request.PutPart request, CancellationToken cancellationToken)
    {
        var start = request.Slot * PartSizeBytes;
        var body = request.Lie == Lie.TooLarge
            ? HashedBody.Of((byte[])[.. request.Content.Whole, 0])
            : await BodyAsync(request.Content, request.Lie);
        start += request.Lie switch
        {
            Lie.NotAligned => 1,
            Lie.TooManyParts => Limits.MaxParts * PartSizeBytes,
            _ => 0,
        };
        await ClientFor(request.Lie).UploadPartAsync(Vaults[request.Vault], request.Upload.ToString(), start, body, cancellationToken);
    }

    private static async Task<HashedBody> BodyAsync(Content content, Lie lie)
    {
        if (lie is not (Lie.WrongTreeHash or Lie.WrongLinearHash or Lie.BodyTooShort or Lie.BodyBreaksOff))
        {
            return HashedBody.Of(content.Bytes);
        }

        var source = new LyingSource(content, lie);
        var body = await HashedBody.ReadAsync(source, new ByteRange(0, source.LengthBytes));
        source.IsLying = true;
        return body;
    }

    private async Task<Reply> ReadAsync(Request.ReadArchive request, CancellationToken cancellationToken)
    {
        var sizeBytes = Content.SizeOf(request.Expected);
        var first = request.OnlyRange ? (sizeBytes - 1) / TreeHash.LeafBytes * TreeHash.LeafBytes : 0;
        var vault = Vaults[request.Vault];
        var job = await client.InitiateArchiveRetrievalAsync(
            vault,
            request.Archive.ToString(),
            request.OnlyRange ? new ByteRange(first, sizeBytes) : null,
            cancellationToken: cancellationToken);
        using var output = await client.GetJobOutputAsync(vault, job, cancellationToken: cancellationToken);
        var received = new ComparedBytes(request.Expected, new PartRange(first, sizeBytes - 1));
        await output.Body.CopyToAsync(received, cancellationToken);
        var hash = request.OnlyRange ? request.Expected[^1].TreeHash : Content.TreeHashOf(request.Expected);
        return new Reply(Verdict.Done)
        {
            BytesDiffer = received.Differ || (output.TreeHash is { } told && told != hash),
            SizeBytes = sizeBytes,
        };
    }

    private static UploadId Upload(string id) =>
        UploadId.TryParse(id, out var upload)
            ? upload
            : throw new InvalidDataException($"The server returned '{id}', which is not an upload ID.");

    private static ArchiveId Archive(ArchiveReceipt receipt) => ArchiveId.TryParse(receipt.ArchiveId, out var archive)
        ? archive
        : throw new InvalidDataException($"The server returned '{receipt.ArchiveId}', which is not an archive ID.");
}

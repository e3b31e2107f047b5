using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Uploads whose bytes the client stores elsewhere. It sends the location of each part in place of the bytes.</summary>
internal static class ExternalParts
{
    /// <summary>Takes the report of a part. Repeating a report changes nothing.</summary>
    public static async ValueTask<FrontAnswer> ReportAsync(GlacierCall call, UploadId upload, string text)
    {
        if (!call.Exchange.HasNoBody)
        {
            throw GlacierError.Invalid(ExternalHeaders.NoBodyRule);
        }

        if (ExternalHeaders.StatesBody(call.Exchange, out var stated))
        {
            throw GlacierError.PayloadHashDiffers(SigningRequest.EmptyPayloadHash, stated);
        }

        var range = BodyHeaders.ReadReportedRange(call);
        var treeHash = BodyHeaders.ReadTreeHash(call);
        var report = new ReportExternalPart(
            call.Incarnation,
            range,
            treeHash,
            ExternalHeaders.TryReadLocation(text, out var location)
                ? location
                : throw GlacierError.Invalid($"Invalid {ExternalHeaders.Location}. {ExternalHeaders.LocationRule}"));
        var result = await call.AskAsync(upload.Entity, report);
        return FrontAnswer.NoContent(
            (GlacierHeaders.TreeHash, treeHash.ToString()), (ExternalHeaders.Location, result.Location.ToString()));
    }

    /// <summary>Lists parts of an upload in progress, or of a finished archive whose bytes are stored elsewhere.</summary>
    public static async ValueTask<PartsPage> ListAsync(GlacierCall call, UploadId upload, ListParts query)
    {
        var listed = await call.TryAskAsync(upload.Entity, query);
        return listed.Refusal is Refusal.UploadNotFound && await FindArchiveAsync(call, upload) is { } spec
            ? ExternalManifest.PageOf(
                spec,
                await call.Paths.Manifests.FindAsync(call.Incarnation, upload, call.Aborted)
                    ?? throw GlacierError.Unavailable("The manifest is not stored yet. Try again."),
                query)
            : call.OrRefuse(listed);
    }

    private static async ValueTask<ArchiveUploadSpec?> FindArchiveAsync(GlacierCall call, UploadId upload)
    {
        var found = await call.TryAskAsync(upload.Entity, new SummarizeUpload(call.Incarnation));
        return found.TryGet(out var summary, out _) && ExternalManifest.IsOf(summary) && summary.ArchiveDeletedAt is null
            ? summary.Spec
            : null;
    }
}

using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Uploads whose bytes the client stores elsewhere. It sends the location of each part in place of the bytes.</summary>
internal static class ExternalParts
{
    private const string External = "external";

    /// <summary>Reads where the bytes of a new upload will be.</summary>
    public static ByteStorage ReadStorage(GlacierCall call) => call.Header(GlacierHeaders.ByteStorage) switch
    {
        null => ByteStorage.Gateway,
        External => ByteStorage.External,
        var other => throw GlacierError.Invalid(
            $"Invalid {GlacierHeaders.ByteStorage}: {other}. It must be '{External}'. Leave it out to send the bytes to this server."),
    };

    /// <summary>Takes the report of a part. Repeating a report changes nothing.</summary>
    public static async ValueTask<FrontAnswer> ReportAsync(GlacierCall call, UploadId upload, string text)
    {
        RequireNoBody(call);
        var range = BodyHeaders.ReadReportedRange(call);
        var treeHash = BodyHeaders.ReadTreeHash(call);
        var report = new ReportExternalPart(call.Vault, range, treeHash, ReadLocation(text));
        var result = await call.AskAsync(upload.Entity, report);
        return FrontAnswer.NoContent(
            (GlacierHeaders.TreeHash, treeHash.ToString()), (GlacierHeaders.PartLocation, result.Location.ToString()));
    }

    /// <summary>Lists parts of an upload in progress, or of a finished archive whose bytes are stored elsewhere.</summary>
    public static async ValueTask<PartsPage> ListAsync(GlacierCall call, UploadId upload, ListParts query)
    {
        var listed = await call.TryAskAsync(upload.Entity, query);
        return listed.Refusal is Refusal.UploadNotFound && await FindArchiveAsync(call, upload) is { } spec
            ? ExternalManifest.PageOf(
                spec,
                await call.Paths.Archives.FindManifestAsync(upload, call.Aborted)
                    ?? throw GlacierError.Unavailable("The manifest is not stored yet. Try again."),
                query)
            : call.OrRefuse(listed);
    }

    private static async ValueTask<UploadSpec?> FindArchiveAsync(GlacierCall call, UploadId upload)
    {
        var found = await call.TryAskAsync(upload.Entity, new SummarizeUpload(call.Vault));
        return found.TryGet(out var summary, out _) && ExternalManifest.IsOf(summary) && summary.ArchiveDeletedAt is null
            ? summary.Spec
            : null;
    }

    /// <summary>Requires that there are no bytes, and that the signature says so. Beside the hash of a body, range and tree hash need not be
    /// signed, because they describe it; here nothing else would vouch for them.</summary>
    private static void RequireNoBody(GlacierCall call)
    {
        if (!call.Exchange.HasNoBody)
        {
            throw GlacierError.Invalid(
                $"A part with {GlacierHeaders.PartLocation} has no body: its bytes are at that location. Send the header or the bytes.");
        }

        var stated = call.Header(RequestPayload.HashHeader);
        if (stated is not (null or SigningRequest.EmptyPayloadHash or PayloadModes.NotSigned))
        {
            throw GlacierError.PayloadHashDiffers(SigningRequest.EmptyPayloadHash, stated);
        }
    }

    /// <summary>Reads a location. A signature does not tell one blank from several.</summary>
    private static PartLocation ReadLocation(string text) =>
        PartLocation.TryParse(text, out var location) && !text.Contains("  ", StringComparison.Ordinal)
            ? location
            : throw GlacierError.Invalid(
                $"Invalid {GlacierHeaders.PartLocation}. It has 1 to {PartLocation.MaxChars} characters of printable ASCII, without two "
                + "blanks in a row. Percent-encode other characters.");
}

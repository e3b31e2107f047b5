using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>Uploads of objects whose bytes the client stores elsewhere. It sends the location and the digests of each part in place of the
/// bytes.</summary>
internal static class ReportedParts
{
    /// <summary>Takes the report of a part. Repeating a report changes nothing.</summary>
    public static async ValueTask<FrontAnswer> ReportAsync(S3Call call, ObjectName name, UploadId upload, int number, string text)
    {
        if (!call.Exchange.HasNoBody)
        {
            throw new S3Error(S3ErrorCode.InvalidRequest, ExternalHeaders.NoBodyRule);
        }

        if (ExternalHeaders.StatesBody(call.Exchange, out var stated))
        {
            throw S3HttpErrors.PayloadHashDiffers(stated, SigningRequest.EmptyPayloadHash);
        }

        var part = new NumberedPart(
            number,
            Read<long>(call, ExternalHeaders.Length, "It must be a whole number of bytes.", S3Number.TryParseLength),
            Read<Md5Digest>(
                call,
                ExternalHeaders.ETag,
                "It must be the MD5 of the part: 32 hex digits.",
                static (string value, out Md5Digest md5) => Md5Digest.TryParse(value.Trim('"'), out md5)),
            Read<TreeHash>(call, S3Headers.TreeHash, "It must be 64 hex digits.", static (string value, out TreeHash hash) => TreeHash.TryParse(value, out hash)),
            Attempt: null,
            StatedChecksum.Read(call) is not { } checksum ? null : checksum.Value ?? throw new S3Error(
                S3ErrorCode.InvalidRequest, "A report has no trailer. Send the checksum in its own header."),
            ExternalHeaders.TryReadLocation(text, out var location)
                ? location
                : throw S3Error.InvalidArgument(ExternalHeaders.Location, text, ExternalHeaders.LocationRule));
        var result = await call.AskAsync(upload.Entity, new ReportNumberedPart(name, part));
        return FrontAnswer.Ok(
        [
            ("ETag", $"\"{part.Md5}\""),
            (ExternalHeaders.Location, result.Location.ToString()),
            .. part.Checksum is { } known ? [(known.Algorithm.Header(), known.Base64)] : ((string, string?)[])[],
        ]);
    }

    /// <summary>Lists parts of an upload in progress, or of the object of a key whose bytes are stored elsewhere.</summary>
    public static async ValueTask<NumberedPartsPage> ListAsync(S3Call call, UploadId upload, ListNumberedParts query)
    {
        var listed = await call.TryAskAsync(upload.Entity, query);
        return listed.Refusal is Refusal.UploadNotFound
            && await FindObjectAsync(call, upload, query.Name) is { } found
                ? ExternalManifest.PageOf(
                    found.Description, await call.Paths.Objects.ReadManifestAsync(found, call.Aborted), query)
                : call.OrRefuse(listed);
    }

    private static async ValueTask<FoundObject?> FindObjectAsync(S3Call call, UploadId upload, ObjectName name)
    {
        var outcome = await call.Paths.Objects.FindAsync(name, call.Aborted);
        return outcome.TryGet(out var found, out _)
            && found.Description is { Spec.ByteStorage: ByteStorage.External, Published.Upload: var current }
            && current == upload
                ? found
                : null;
    }

    private delegate bool Parser<T>(string text, out T value);

    private static T Read<T>(S3Call call, string header, string rule, Parser<T> parse)
    {
        var text = call.Header(header) ?? "";
        return parse(text, out var value) ? value : throw S3Error.InvalidArgument(header, text, $"A report needs {header}. {rule}");
    }
}

using System.Text.Json;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Dashboard;

/// <summary>Uploads files from a browser into a bucket: a multipart upload that only adds an object and never replaces one.</summary>
internal static class BrowserUpload
{
    /// <summary>Begins an upload. The parameter <c>bytes</c> may state the size of the file.</summary>
    public static async ValueTask<BegunUploadDocument> InitiateAsync(DashboardCall call, string bucket)
    {
        call.Services.Space?.RequireFor(SpaceUse.Grows);
        var request = call.RequestBucket(bucket);
        var name = await request.RequireObjectAsync();
        if (!AnnouncedTotal.TryRead(call.Query.FirstValue("bytes"), out var totalBytes))
        {
            throw new FrontError(
                StatusCodes.Status400BadRequest, "InvalidTotal", $"The size of the file is '{call.Query.FirstValue("bytes")}'. {AnnouncedTotal.Rule}");
        }

        var headers = new ObjectHeaders(StorageClass.Standard, new Dictionary<string, string>(), TotalBytes: totalBytes);
        var spec = request.OrRefuse(await request.Paths.ObjectIntake.InitiateAsync(
            name, headers, checksum: null, createKey: null, call.Aborted));
        return new BegunUploadDocument(spec.Upload.ToString());
    }

    /// <summary>Stores a part. The header <c>x-amz-content-sha256</c> may state the hash of the bytes.</summary>
    public static async ValueTask<FrontAnswer> StorePartAsync(DashboardCall call, string bucket, string id, int number)
    {
        var exchange = call.Exchange;
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        if (exchange.Context.Request.ContentLength is not { } lengthBytes)
        {
            throw new FrontError(StatusCodes.Status411LengthRequired, "MissingContentLength", "The part has no Content-Length. State its length.");
        }

        if (await call.Services.AdmitAsync(exchange, call.Account, SpaceUse.Grows, Transfer.Receives) is { } throttled)
        {
            return DashboardAnswer.OfError(DashboardErrors.Describe(throttled));
        }

        using var slot = exchange.Received.Slot;
        LinearHash? stated = exchange.Header(PayloadModes.Header) is { } text && LinearHash.TryParse(text, out var hash) ? hash : null;
        var body = new ObjectBody(exchange.Received, lengthBytes, stated, Algorithm: null, static () => default);
        var stored = found.OrRefuse(await found.Paths.ObjectIntake.StorePartAsync(
            upload, name, number, body, exchange.Sender, call.Aborted));
        return DashboardAnswer.Of(new StoredPartDocument(stored.Md5.ToString()));
    }

    /// <summary>Makes an object of the parts, unless the key has an object already.</summary>
    public static async ValueTask<EndingDocument> CompleteAsync(
        DashboardCall call, string bucket, string id, ReadOnlyMemory<byte> body)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        var list = ReadList(body);
        var chosen = list.Parts!.Select(static (tag, at) =>
            new ChosenPart(at + 1, Md5Digest.TryParse(tag, out var md5) ? md5 : null, Checksum: null));
        var outcome = await found.Paths.ObjectIntake.CompleteAsync(
            upload, name, [.. chosen], list.Bytes, checksum: null, checksumType: null, PublishCondition.MustBeAbsent, call.Aborted);
        if (outcome.Refusal is ObjectRefusal.PreconditionFailed)
        {
            throw new FrontError(
                StatusCodes.Status412PreconditionFailed,
                "PreconditionFailed",
                $"The bucket {bucket} has an object with the key {name.Key} already, and the dashboard replaces none. Delete it first, or use "
                + "another name.");
        }

        return BucketUploadView.EndingOf(found.OrRefuse(outcome));
    }

    private static UploadCompletionDocument ReadList(ReadOnlyMemory<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body.Span, DashboardJson.Default.UploadCompletionDocument) is { Parts: not null } list)
            {
                return list;
            }
        }
        catch (JsonException)
        {
            // The answer is the same.
        }

        throw new FrontError(
            StatusCodes.Status400BadRequest, "MalformedList", "The body is not a list of parts: {\"parts\":[\"ETAG\"],\"bytes\":NUMBER}.");
    }
}

internal sealed record BegunUploadDocument(string Id);

internal sealed record StoredPartDocument(string ETag);

/// <summary>The body of a request to complete an upload.</summary>
/// <param name="Parts">The ETags of the parts, by number.</param>
/// <param name="Bytes">The size of the object.</param>
internal sealed record UploadCompletionDocument(IReadOnlyList<string>? Parts, long Bytes);

using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Dashboard;

/// <summary>Shows a bucket's uploads in progress.</summary>
internal static class BucketUploadView
{
    /// <summary>Lists uploads by key, with their progress.</summary>
    public static async ValueTask<UploadsDocument> ListAsync(DashboardCall call, string name)
    {
        var bucket = (await call.FindBucketAsync(name)).Bucket;
        var marker = call.Query.FirstValue("marker") ?? "";
        if (!UploadMarker.TryRead(call.Query.FirstValue("after") ?? "", marker, out var after))
        {
            throw S3Error.InvalidArgument("marker", marker, "Invalid marker.");
        }

        var page = await call.Services.Paths.KeyLister.ListAsync(
            new KeyListing(new KeyIndexId(bucket, KeyTree.Uploads), "", "", after, VaultUploadView.PageSize), call.Aborted);
        var mapped = await Task.WhenAll(page.Entries.Select(entry => call.Services.Host.AskAsync(
            entry.Upload.Entity, new MapNumberedParts(new ObjectName(bucket, entry.Key)), call.Aborted).AsTask()));
        return new UploadsDocument(
            [.. page.Entries.Zip(mapped, static (entry, asked) => DocumentOf(
                entry.Upload, entry.Key, entry.At, entry.StorageClass, asked.TryGet(out var upload, out _) ? upload : null))],
            page.Next is { } next ? new PageStart(next.Key, UploadMarker.Format(next)) : null);
    }

    /// <summary>Shows one upload with the map of its parts, or how it ended for as long as its record is kept.</summary>
    public static async ValueTask<UploadDocument> GetAsync(DashboardCall call, string bucket, string id, UploadNotes notes)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        var asked = await found.TryAskAsync(upload.Entity, new MapNumberedParts(name));
        if (asked.Refusal is Refusal.UploadNotFound or ObjectRefusal.UploadCompleting)
        {
            var summary = await found.AskAsync(upload.Entity, new SummarizeObjectUpload(name));
            return await notes.AddAsync(call, upload, DocumentOf(summary));
        }

        var mapped = found.OrRefuse(asked);
        return await notes.AddAsync(call, upload, DocumentOf(mapped.Spec, mapped));
    }

    /// <summary>Shows one part.</summary>
    public static async ValueTask<PartDocument> GetPartAsync(DashboardCall call, string bucket, string id, int number)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        var stored = await found.AskAsync(upload.Entity, new FindNumberedPart(name, number));
        return stored.Part is not { Part: var part, StoredAt: var storedAt } ? new PartDocument(number, IsStored: false) : new PartDocument(
            part.Number,
            IsStored: true,
            FirstByte: null,
            part.LengthBytes,
            part.TreeHash.ToString(),
            part.Md5.ToString(),
            part.Attempt?.ToString(),
            part.Attempt?.CreatedAt,
            part.Location?.ToString(),
            storedAt,
            stored.Sender);
    }

    public static async ValueTask AbortAsync(DashboardCall call, string bucket, string id)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        found.OrRefuse(await call.Services.Paths.ObjectIntake.AbortAsync(upload, name, call.Aborted));
    }

    /// <summary>Shows an upload that has ended or is being completed.</summary>
    private static UploadDocument DocumentOf(ObjectUploadSummary summary) => DocumentOf(summary.Spec, mapped: null) with
    {
        Ending = summary.Phase == UploadPhase.Completed
            ? EndingOf(summary.Published!) with { Deleted = summary.EndedAt } : EndingDocument.OfUnfinished(summary.Phase, summary.EndedAt),
    };

    /// <summary>The object that an upload became.</summary>
    public static EndingDocument EndingOf(PublishedObject published) => new(
        EndingDocument.Completed, published.At, published.SizeBytes, Archive: null, published.ETag.ToString());

    private static UploadDocument DocumentOf(ObjectUploadSpec spec, MappedObjectUpload? mapped) =>
        DocumentOf(spec.Upload, spec.Name.Key, spec.CreatedAt, spec.StorageClass, mapped);

    /// <summary>Shows an upload as the bucket lists it.</summary>
    public static UploadDocument DocumentOf(
        UploadId upload, ObjectKey key, DateTimeOffset at, StorageClass storageClass, MappedObjectUpload? mapped) => new(
            upload.ToString(),
            key.ToString(),
            Description: null,
            at,
            PartBytes: null,
            $"storage class {storageClass.Name()}",
            PartsDocument.Of(mapped?.Parts),
            TotalBytes: mapped?.Spec.TotalBytes);
}

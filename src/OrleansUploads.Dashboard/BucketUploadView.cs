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
                entry.Upload, entry.Key, entry.At, entry.StorageClass, asked.TryGet(out var upload, out _) ? upload.Parts : null))],
            page.Next is { } next ? new PageStart(next.Key, UploadMarker.Format(next)) : null);
    }

    /// <summary>Shows one upload with the map of its parts, or the object that it became for as long as the bytes are kept.</summary>
    /// <remarks>The upload of an object does not tell why it ended without one.</remarks>
    public static async ValueTask<UploadDocument> GetAsync(DashboardCall call, string bucket, string id, UploadNotes notes)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        var asked = await found.TryAskAsync(upload.Entity, new MapNumberedParts(name));
        var isOver = asked.Refusal is Refusal.UploadNotFound;
        if ((isOver || asked.Refusal is ObjectRefusal.UploadCompleting)
            && (await found.TryAskAsync(upload.Entity, new DescribeObject(name))).TryGet(out var stored, out _))
        {
            // What is being completed may still be refused.
            var (published, ofStored) = (stored.Published, stored.Spec);
            return await notes.AddAsync(
                call, upload, DocumentOf(upload, name.Key, ofStored.CreatedAt, ofStored.StorageClass, parts: null) with
                {
                    Ending = isOver ? new EndingDocument(
                        EndingDocument.Completed, published.At, published.SizeBytes, Archive: null, published.ETag.ToString()) : null,
                });
        }

        var (spec, parts) = found.OrRefuse(asked);
        return await notes.AddAsync(call, upload, DocumentOf(upload, name.Key, spec.CreatedAt, spec.StorageClass, parts));
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

    /// <summary>Aborts an upload.</summary>
    public static async ValueTask AbortAsync(DashboardCall call, string bucket, string id)
    {
        var (found, name, upload) = await call.FindObjectUploadAsync(bucket, id);
        found.OrRefuse(await call.Services.Paths.ObjectIntake.AbortAsync(upload, name, call.Aborted));
    }

    /// <summary>Shows an upload as the bucket lists it.</summary>
    public static UploadDocument DocumentOf(
        UploadId upload, ObjectKey key, DateTimeOffset at, StorageClass storageClass, MappedParts? parts) => new(
            upload.ToString(),
            key.ToString(),
            Description: null,
            at,
            PartBytes: null,
            $"storage class {storageClass.Name()}",
            PartsDocument.Of(parts));
}

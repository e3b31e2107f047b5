using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows a bucket's uploads in progress.</summary>
internal sealed class BucketUploadView(
    IEntityHost host, ObjectIntake intake, BucketFinder buckets, KeyLister lister, UploadNotes notes)
{
    /// <summary>Lists uploads by key, with their progress.</summary>
    public async ValueTask<DashboardAnswer> ListAsync(DashboardCall call)
    {
        var (bucket, error) = await buckets.FindAsync(call.ToS3());
        if (bucket is null)
        {
            return error!;
        }

        var marker = call.Query.FirstValue("marker") ?? "";
        if (!UploadMarker.TryRead(call.Query.FirstValue("after") ?? "", marker, out var after))
        {
            return S3Error.InvalidArgument("marker", marker, "Invalid marker.");
        }

        var page = await lister.ListAsync(
            new KeyListing(new KeyIndexId(bucket.Bucket, KeyTree.Uploads), "", "", after, VaultUploadView.PageSize), call.Aborted);
        var mapped = await Task.WhenAll(page.Entries.Select(entry => host.AskAsync(
            entry.Upload.Entity, new MapNumberedParts(new ObjectName(bucket.Bucket, entry.Key)), call.Aborted).AsTask()));
        return JsonAnswer.Of(
            new UploadsDocument(
                [.. page.Entries.Zip(mapped, static (entry, asked) => DocumentOf(
                    entry.Upload, entry.Key, entry.At, entry.StorageClass, asked.TryGet(out var upload, out _) ? upload.Parts : null))],
                page.Next is { } next ? new PageStart(next.Key, UploadMarker.Format(next)) : null),
            DashboardJson.Default.UploadsDocument);
    }

    /// <summary>Shows one upload with the map of its parts.</summary>
    public async ValueTask<DashboardAnswer> GetAsync(DashboardCall call)
    {
        var found = call.ToS3();
        var (name, upload, error) = await buckets.FindUploadAsync(found);
        if (error is not null)
        {
            return error;
        }

        var asked = await host.AskAsync(upload.Entity, new MapNumberedParts(name), call.Aborted);
        return asked.TryGet(out var mapped, out var refusal)
            ? JsonAnswer.Of(
                await notes.AddAsync(
                    call, upload, DocumentOf(upload, name.Key, mapped.Spec.CreatedAt, mapped.Spec.StorageClass, mapped.Parts)),
                DashboardJson.Default.UploadDocument)
            : found.Refuse(refusal);
    }

    /// <summary>Shows one part.</summary>
    public async ValueTask<DashboardAnswer> GetPartAsync(DashboardCall call)
    {
        var s3 = call.ToS3();
        var (name, upload, error) = await buckets.FindUploadAsync(s3);
        if (error is not null)
        {
            return error;
        }

        var asked = await host.AskAsync(upload.Entity, new FindNumberedPart(name, call.PartNumber), call.Aborted);
        if (!asked.TryGet(out var found, out var refusal))
        {
            return s3.Refuse(refusal);
        }

        return JsonAnswer.Of(
            found.Part is { Part: var part, StoredAt: var storedAt }
                ? new PartDocument(
                    part.Number,
                    IsStored: true,
                    FirstByte: null,
                    part.LengthBytes,
                    part.TreeHash.ToString(),
                    part.Md5.ToString(),
                    part.Attempt?.ToString(),
                    part.Attempt?.CreatedAt.ToUnixTimeMilliseconds(),
                    Location: null,
                    storedAt.ToUnixTimeMilliseconds(),
                    SenderDocument.Of(found.Sender))
                : new PartDocument(call.PartNumber, IsStored: false),
            DashboardJson.Default.PartDocument);
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask<DashboardAnswer> AbortAsync(DashboardCall call)
    {
        var found = call.ToS3();
        var (name, upload, error) = await buckets.FindUploadAsync(found);
        if (error is not null)
        {
            return error;
        }

        var aborted = await intake.AbortAsync(upload, name, call.Aborted);
        return aborted.Refusal is { } refusal ? found.Refuse(refusal) : new DoneAnswer();
    }

    private static UploadDocument DocumentOf(
        UploadId upload, ObjectKey key, DateTimeOffset at, StorageClass storageClass, MappedParts? parts) => new(
            upload.ToString(),
            key.ToString(),
            Description: null,
            at.ToUnixTimeMilliseconds(),
            PartBytes: null,
            $"storage class {storageClass.Name()}",
            UploadParts.DocumentOf(parts));
}

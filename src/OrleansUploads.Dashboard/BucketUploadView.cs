using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Dashboard;

/// <summary>Shows a bucket's uploads in progress.</summary>
internal sealed class BucketUploadView(
    IEntityHost host, ObjectIntake intake, ContainerFinder finder, KeyLister lister, UploadNotes notes)
{
    /// <summary>Lists uploads by key, with their progress.</summary>
    public async ValueTask<UploadsDocument> ListAsync(DashboardCall call, string name)
    {
        var bucket = (await finder.FindBucketAsync(call, name)).Bucket;
        var marker = call.Query.FirstValue("marker") ?? "";
        if (!UploadMarker.TryRead(call.Query.FirstValue("after") ?? "", marker, out var after))
        {
            throw S3Error.InvalidArgument("marker", marker, "Invalid marker.").AsException();
        }

        var page = await lister.ListAsync(
            new KeyListing(new KeyIndexId(bucket, KeyTree.Uploads), "", "", after, VaultUploadView.PageSize), call.Aborted);
        var mapped = await Task.WhenAll(page.Entries.Select(entry => host.AskAsync(
            entry.Upload.Entity, new MapNumberedParts(new ObjectName(bucket, entry.Key)), call.Aborted).AsTask()));
        return new UploadsDocument(
            [.. page.Entries.Zip(mapped, static (entry, asked) => DocumentOf(
                entry.Upload, entry.Key, entry.At, entry.StorageClass, asked.TryGet(out var upload, out _) ? upload.Parts : null))],
            page.Next is { } next ? new PageStart(next.Key, UploadMarker.Format(next)) : null);
    }

    /// <summary>Shows one upload with the map of its parts.</summary>
    public async ValueTask<UploadDocument> GetAsync(DashboardCall call, string bucket, string id)
    {
        var (name, upload) = await finder.FindObjectUploadAsync(call, bucket, id);
        var (spec, parts) = (await host.AskAsync(upload.Entity, new MapNumberedParts(name), call.Aborted)).OrRefuse(name, upload);
        return await notes.AddAsync(call, upload, DocumentOf(upload, name.Key, spec.CreatedAt, spec.StorageClass, parts));
    }

    /// <summary>Shows one part.</summary>
    public async ValueTask<PartDocument> GetPartAsync(DashboardCall call, string bucket, string id, int number)
    {
        var (name, upload) = await finder.FindObjectUploadAsync(call, bucket, id);
        var found = (await host.AskAsync(upload.Entity, new FindNumberedPart(name, number), call.Aborted)).OrRefuse(name, upload);
        return found.Part is not { Part: var part, StoredAt: var storedAt } ? new PartDocument(number, IsStored: false) : new PartDocument(
            part.Number,
            IsStored: true,
            FirstByte: null,
            part.LengthBytes,
            part.TreeHash.ToString(),
            part.Md5.ToString(),
            part.Attempt?.ToString(),
            part.Attempt?.CreatedAt,
            Location: null,
            storedAt,
            found.Sender);
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask AbortAsync(DashboardCall call, string bucket, string id)
    {
        var (name, upload) = await finder.FindObjectUploadAsync(call, bucket, id);
        (await intake.AbortAsync(upload, name, call.Aborted)).OrRefuse(name, upload);
    }

    private static UploadDocument DocumentOf(
        UploadId upload, ObjectKey key, DateTimeOffset at, StorageClass storageClass, MappedParts? parts) => new(
            upload.ToString(),
            key.ToString(),
            Description: null,
            at,
            PartBytes: null,
            $"storage class {storageClass.Name()}",
            PartsDocument.Of(parts));
}

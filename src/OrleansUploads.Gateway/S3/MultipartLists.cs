using System.Xml;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Gateway.S3;

internal static class MultipartLists
{
    /// <summary>Lists parts by number, or describes the state of the upload.</summary>
    public static async ValueTask<FrontAnswer> ListPartsAsync(S3Call call)
    {
        if (UploadStatus.ReadWait(call) is { } wait)
        {
            var (ofObject, shown) = await call.RequireUploadAsync();
            return await UploadStatus.AnswerAsync(call, shown, wait, () => ReadStatusAsync(call, ofObject, shown));
        }

        var limit = S3Number.ReadPageLimit(call, "max-parts");
        var marker = call.Query.FirstValue("part-number-marker") is { Length: > 0 }
            ? S3Number.Read(call, "part-number-marker", int.MaxValue)
            : 0;
        var (name, upload) = await call.RequireUploadAsync();
        var page = await ReportedParts.ListAsync(call, upload, new ListNumberedParts(name, marker, Math.Max(limit, 1)));
        return S3Xml.Answer("ListPartsResult", xml => WriteParts(xml, call, page, marker, limit));
    }

    /// <summary>Lists uploads by key, then by time of initiation.</summary>
    public static async ValueTask<FrontAnswer> ListUploadsAsync(S3Call call)
    {
        var request = ListRequest.Read(call, "max-uploads");
        var bucket = await call.RequireBucketAsync();
        var keyMarker = call.Query.FirstValue("key-marker") ?? "";
        var uploadMarker = call.Query.FirstValue("upload-id-marker") ?? "";
        if (!UploadMarker.TryRead(keyMarker, uploadMarker, out var after))
        {
            throw S3Error.InvalidArgument("upload-id-marker", uploadMarker, "Invalid uploadId marker");
        }

        after = await FindAsync(call, bucket.Bucket, keyMarker, uploadMarker) ?? after;
        var listing = new KeyListing(
            new KeyIndexId(bucket.Bucket, KeyTree.Uploads), request.Prefix, request.Delimiter, after, request.Limit);
        var page = await call.Paths.KeyLister.ListAsync(listing, call.Aborted);
        return S3Xml.Answer("ListMultipartUploadsResult", xml =>
        {
            xml.WriteElementString("Bucket", bucket.Bucket.Name.ToString());
            xml.WriteElementString("KeyMarker", request.Encode(keyMarker));
            xml.WriteElementString("UploadIdMarker", keyMarker.Length > 0 ? uploadMarker : "");
            if (page.Next is { } next)
            {
                xml.WriteElementString("NextKeyMarker", request.Encode(next.Key));
                xml.WriteElementString("NextUploadIdMarker", UploadMarker.Format(next));
            }

            xml.WriteElementString("Prefix", request.Encode(request.Prefix));
            request.WriteShared(xml, "MaxUploads");
            xml.WriteFlag("IsTruncated", page.Next is not null);
            foreach (var entry in page.Entries)
            {
                WriteUpload(xml, request, entry, call.Account);
            }

            request.WritePrefixes(xml, page.CommonPrefixes);
        });
    }

    /// <summary>The position of an upload that a client took for a marker, as it may at Amazon; null if the marker is no bare upload ID, or if
    /// there is no record of such an upload of the key.</summary>
    private static async ValueTask<KeyPosition?> FindAsync(S3Call call, BucketIncarnation bucket, string keyMarker, string uploadMarker)
    {
        if (!ObjectKey.TryParse(keyMarker, out var key) || !UploadId.TryParse(uploadMarker, out var upload))
        {
            return null;
        }

        var found = await call.TryAskAsync(upload.Entity, new SummarizeObjectUpload(new ObjectName(bucket, key)));
        return found.TryGet(out var summary, out _) ? summary.Spec.ListEntry.PositionIn(KeyTree.Uploads) : null;
    }

    private static async ValueTask<UploadStatusDocument> ReadStatusAsync(S3Call call, ObjectName name, UploadId upload)
    {
        var asked = await call.TryAskAsync(upload.Entity, new MapNumberedParts(name));
        if (asked.Refusal is not (Refusal.UploadNotFound or ObjectRefusal.UploadCompleting))
        {
            var (spec, parts) = call.OrRefuse(asked);
            return UploadStatusDocument.OfOpen(spec, parts, lastNumber: null);
        }

        var summary = await call.AskAsync(upload.Entity, new SummarizeObjectUpload(name));
        return UploadStatusDocument.OfClosed(summary.Spec, summary.Phase, summary.EndedAt) with
        {
            Bytes = summary.Published?.SizeBytes,
            ETag = summary.Published?.ETag.ToString(),
        };
    }

    private static void WriteParts(XmlWriter xml, S3Call call, NumberedPartsPage page, int marker, int limit)
    {
        var parts = limit == 0 ? [] : page.Parts;
        xml.WriteElementString("Bucket", page.Spec.Name.Bucket.Name.ToString());
        xml.WriteElementString("Key", page.Spec.Name.Key.ToString());
        xml.WriteElementString("UploadId", page.Spec.Upload.ToString());
        xml.WriteNumber("PartNumberMarker", marker);
        var isTruncated = limit > 0 && page.HasMore;
        if (isTruncated)
        {
            // Some SDKs go on as long as there is a marker. On the last page they would begin again, and never end.
            xml.WriteNumber("NextPartNumberMarker", parts[^1].Part.Number);
        }

        xml.WriteNumber("MaxParts", limit);
        xml.WriteFlag("IsTruncated", isTruncated);
        xml.WriteElementString("StorageClass", page.Spec.StorageClass.Name());
        xml.WriteOwner("Initiator", call.Account);
        xml.WriteOwner("Owner", call.Account);
        xml.WriteChosenChecksum(page.Spec.Checksum);
        foreach (var (part, storedAt) in parts)
        {
            xml.WriteStartElement("Part");
            xml.WriteNumber("PartNumber", part.Number);
            xml.WriteElementString("LastModified", S3Date.ToXml(storedAt));
            xml.WriteElementString("ETag", $"\"{part.Md5}\"");
            xml.WriteNumber("Size", part.LengthBytes);
            xml.WriteChecksum(part.Checksum);
            if (part.Location is { } location)
            {
                xml.WriteElementString("Location", location.ToString());
            }

            xml.WriteEndElement();
        }
    }

    private static void WriteUpload(XmlWriter xml, ListRequest request, KeyEntry entry, AccountId account)
    {
        xml.WriteStartElement("Upload");
        xml.WriteElementString("Key", request.Encode(entry.Key.ToString()));
        xml.WriteElementString("UploadId", entry.Upload.ToString());
        xml.WriteOwner("Initiator", account);
        xml.WriteOwner("Owner", account);
        xml.WriteElementString("StorageClass", entry.StorageClass.Name());
        xml.WriteElementString("Initiated", S3Date.ToXml(entry.At));
        xml.WriteChosenChecksum(entry.Checksum);
        xml.WriteEndElement();
    }
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Xml;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Gateway.S3;

/// <summary>Lists objects, in both versions of the operation, and as versions.</summary>
internal static class ListOperations
{
    private const string Root = "ListBucketResult";
    private const string RestoreAttribute = "RestoreStatus";
    private const int MaxConcurrentQuestions = 16;

    public static async ValueTask<FrontAnswer> ListAsync(S3Call call)
    {
        var request = ListRequest.Read(call, "max-keys");
        var marker = call.Query.FirstValue("marker") ?? "";
        var (bucket, page) = await ReadAsync(call, request, marker);
        var restored = await FindRestoresAsync(call, bucket.Bucket, page);

        return S3Xml.Answer(Root, xml =>
        {
            WriteHead(xml, bucket, request);
            xml.WriteElementString("Marker", request.Encode(marker));

            // Without a delimiter, clients continue behind the last key.
            xml.WriteOptional("NextMarker", page.Next is { } next && request.Delimiter.Length > 0 ? request.Encode(next.Key) : null);
            WriteContents(xml, request, page, restored, call.Account);
        });
    }

    public static async ValueTask<FrontAnswer> ListV2Async(S3Call call)
    {
        var request = ListRequest.Read(call, "max-keys");
        var start = ReadStart(call);
        var (bucket, page) = await ReadAsync(call, request, start);
        var restored = await FindRestoresAsync(call, bucket.Bucket, page);

        // A token replaces it.
        var startAfter = call.Query.FirstValue("continuation-token") is null ? call.Query.FirstValue("start-after") : null;
        var withOwner = call.Query.FirstValue("fetch-owner") == "true";
        return S3Xml.Answer(Root, xml =>
        {
            WriteHead(xml, bucket, request);
            xml.WriteNumber("KeyCount", page.Entries.Count + page.CommonPrefixes.Count);
            xml.WriteOptional("ContinuationToken", call.Query.FirstValue("continuation-token"));
            xml.WriteOptional("NextContinuationToken", page.Next is { } next ? S3Encoding.Token(next.Key) : null);
            xml.WriteOptional("StartAfter", startAfter is null ? null : request.Encode(startAfter));
            WriteContents(xml, request, page, restored, withOwner ? call.Account : null);
        });
    }

    /// <summary>ListObjectVersions. Every object is the only version of its key.</summary>
    public static async ValueTask<FrontAnswer> ListVersionsAsync(S3Call call)
    {
        var request = ListRequest.Read(call, "max-keys");
        var (keyMarker, versionMarker) = ReadMarkers(call);
        var (bucket, page) = await ReadAsync(call, request, keyMarker);
        var restored = await FindRestoresAsync(call, bucket.Bucket, page);
        return S3Xml.Answer("ListVersionsResult", xml =>
        {
            WriteHead(xml, bucket, request);
            xml.WriteElementString("KeyMarker", request.Encode(keyMarker));
            xml.WriteElementString("VersionIdMarker", versionMarker);
            if (page.Next is { } next)
            {
                xml.WriteElementString("NextKeyMarker", request.Encode(next.Key));

                // A common prefix has no version.
                xml.WriteOptional(
                    "NextVersionIdMarker", page.Entries is [.., var last] && last.Key.ToString() == next.Key ? ObjectVersion.Only : null);
            }

            WriteContents(xml, request, page, restored, call.Account, areVersions: true);
        });
    }

    private static (string Key, string Version) ReadMarkers(S3Call call)
    {
        const string name = "version-id-marker";
        var key = call.Query.FirstValue("key-marker") ?? "";
        var version = call.Query.FirstValue(name) ?? "";
        return version.Length == 0 || (key.Length > 0 && version == ObjectVersion.Only) ? (key, version) : throw S3Error.InvalidArgument(
            name,
            version,
            key.Length == 0 ? "A version-id marker cannot be specified without a key marker." : "Invalid version id specified");
    }

    private static string ReadStart(S3Call call)
    {
        if (call.Query.FirstValue("continuation-token") is not { } token)
        {
            return call.Query.FirstValue("start-after") ?? "";
        }

        return token.Length > 0 && S3Encoding.TryReadToken(token, out var key) ? key : throw S3Error.InvalidArgument(
            "continuation-token", token, "The continuation token provided is incorrect");
    }

    private static async ValueTask<(BucketDescription Bucket, KeyPage Page)> ReadAsync(S3Call call, ListRequest request, string start)
    {
        var bucket = await call.RequireBucketAsync();
        var listing = new KeyListing(
            new KeyIndexId(bucket.Bucket, KeyTree.Objects),
            request.Prefix,
            request.Delimiter,
            start.Length > 0 ? new KeyPosition(start) : null,
            request.Limit);
        return (bucket, await call.Paths.KeyLister.ListAsync(listing, call.Aborted));
    }

    private static void WriteHead(XmlWriter xml, BucketDescription bucket, ListRequest request)
    {
        xml.WriteElementString("Name", bucket.Bucket.Name.ToString());
        xml.WriteElementString("Prefix", request.Encode(request.Prefix));
        request.WriteShared(xml, "MaxKeys");
    }

    private static void WriteContents(
        XmlWriter xml,
        ListRequest request,
        KeyPage page,
        IReadOnlyDictionary<UploadId, RestoreStatus> restored,
        AccountId? owner,
        bool areVersions = false)
    {
        xml.WriteFlag("IsTruncated", page.Next is not null);
        foreach (var entry in page.Entries)
        {
            WriteEntry(xml, request, entry, restored.GetValueOrDefault(entry.Upload), owner, areVersions);
        }

        request.WritePrefixes(xml, page.CommonPrefixes);
    }

    private static void WriteEntry(
        XmlWriter xml, ListRequest request, KeyEntry entry, RestoreStatus? restored, AccountId? owner, bool isVersion)
    {
        xml.WriteStartElement(isVersion ? "Version" : "Contents");
        xml.WriteElementString("Key", request.Encode(entry.Key.ToString()));
        if (isVersion)
        {
            xml.WriteElementString("VersionId", ObjectVersion.Only);
            xml.WriteFlag("IsLatest", true);
        }

        xml.WriteElementString("LastModified", S3Date.ToXml(entry.At));
        xml.WriteElementString("ETag", $"\"{entry.ETag}\"");
        xml.WriteChosenChecksum(entry.Checksum);
        xml.WriteNumber("Size", entry.SizeBytes ?? 0);
        if (owner is { } account)
        {
            xml.WriteOwner("Owner", account);
        }

        xml.WriteElementString("StorageClass", entry.StorageClass.Name());
        if (restored is not null)
        {
            xml.WriteStartElement(RestoreAttribute);
            xml.WriteFlag("IsRestoreInProgress", restored.IsInProgress);
            xml.WriteOptional("RestoreExpiryDate", restored.ReadableUntil is { } until ? S3Date.ToXml(until) : null);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>Finds the restores of the archived objects in a page, by upload. The index does not know them, so each archived object is
    /// asked, and only if the client wants to know.</summary>
    private static async ValueTask<IReadOnlyDictionary<UploadId, RestoreStatus>> FindRestoresAsync(
        S3Call call, BucketIncarnation bucket, KeyPage page)
    {
        var wanted = (call.Header(S3Headers.OptionalObjectAttributes) ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (Array.Find(wanted, static name => name is not ("" or RestoreAttribute)) is { } unknown)
        {
            throw S3Error.InvalidArgument(
                S3Headers.OptionalObjectAttributes, unknown, $"Invalid attribute name specified: '{unknown}'. It must be {RestoreAttribute}.");
        }

        if (!wanted.Contains(RestoreAttribute))
        {
            return FrozenDictionary<UploadId, RestoreStatus>.Empty;
        }

        var found = new ConcurrentDictionary<UploadId, RestoreStatus>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentQuestions, CancellationToken = call.Aborted };
        var archived = page.Entries.Where(entry => entry.StorageClass.NeedsRestore());
        await Parallel.ForEachAsync(archived, options, async (entry, cancellationToken) =>
        {
            // An object that was replaced since the page was read has no restore.
            var described = await call.Services.Host.AskAsync(
                entry.Upload.Entity, new DescribeObject(new ObjectName(bucket, entry.Key)), cancellationToken);
            if (described.TryGet(out var description, out _) && description.Restore is { } restore)
            {
                found[entry.Upload] = restore;
            }
        });
        return found;
    }
}

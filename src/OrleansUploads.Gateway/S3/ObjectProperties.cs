using System.Xml;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.S3;

/// <summary>What is known of an object beside its bytes: access control list, attributes and tags.</summary>
internal static class ObjectProperties
{
    private static readonly HashSet<string> Known =
        new(StringComparer.Ordinal) { "ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize" };

    /// <summary>Returns the access control list of an object. It cannot be changed: an object belongs to the owner of its bucket
    /// alone.</summary>
    public static async ValueTask<FrontAnswer> GetAclAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        call.OrRefuse(await call.Paths.Objects.FindAsync(name, call.Aborted));
        return S3Xml.Answer("AccessControlPolicy", xml => xml.WriteAccessControlList(call.Account));
    }

    public static async ValueTask<FrontAnswer> GetAttributesAsync(S3Call call)
    {
        var names = ReadNames(call);
        var limit = S3Number.ReadHeader(call, S3Headers.MaxParts, S3Number.MaxPage, S3Number.MaxPage);
        var marker = S3Number.ReadHeader(call, S3Headers.PartNumberMarker, 0, int.MaxValue);
        var name = await call.RequireObjectAsync();
        var found = call.OrRefuse(await call.Paths.Objects.FindAsync(name, call.Aborted));

        // Only multipart objects have parts. The manifest is read only if they are asked for.
        var (spec, published) = (found.Description.Spec, found.Description.Published);
        var parts = names.Contains("ObjectParts") && published.ETag.Parts > 0
            ? (await call.Paths.Objects.ReadManifestAsync(found, call.Aborted)).Parts
            : null;
        return S3Xml.Answer(
            "GetObjectAttributesResponse",
            xml =>
            {
                xml.WriteOptional("ETag", names.Contains("ETag") ? published.ETag.ToString() : null);
                if (names.Contains("Checksum"))
                {
                    WriteChecksum(xml, published);
                }

                if (parts is not null)
                {
                    WriteParts(xml, parts, marker, limit);
                }

                xml.WriteOptional("StorageClass", names.Contains("StorageClass") ? spec.StorageClass.Name() : null);
                xml.WriteOptional(
                    "ObjectSize", names.Contains("ObjectSize") ? XmlConvert.ToString(published.SizeBytes) : null);
            },
            ("Last-Modified", S3Date.ToHeader(published.At)));
    }

    private static HashSet<string> ReadNames(S3Call call)
    {
        var text = call.Header(S3Headers.ObjectAttributes) ?? "";
        HashSet<string> names = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return names.Count > 0 && names.IsSubsetOf(Known) ? names : throw S3Error.InvalidArgument(
            S3Headers.ObjectAttributes,
            text,
            names.Count == 0
                ? $"The {S3Headers.ObjectAttributes} header specifying the attributes to be retrieved is either missing or empty"
                : $"Invalid attribute name specified: '{text}'. The attributes are {string.Join(", ", Known)}.");
    }

    /// <summary>Here a composite checksum is written without the number of parts.</summary>
    private static void WriteChecksum(XmlWriter xml, PublishedObject published)
    {
        if (published.Checksum is not { } checksum)
        {
            return;
        }

        xml.WriteStartElement("Checksum");
        xml.WriteChecksum(checksum.Value);
        xml.WriteElementString("ChecksumType", checksum.Type.Name());
        xml.WriteEndElement();
    }

    private static void WriteParts(XmlWriter xml, IReadOnlyList<ManifestPart> parts, int marker, int limit)
    {
        var behind = parts.SkipWhile(part => part.Number <= marker).ToList();
        var page = behind.Take(limit).ToList();
        xml.WriteStartElement("ObjectParts");
        xml.WriteNumber("PartsCount", parts.Count);
        xml.WriteNumber("PartNumberMarker", marker);
        xml.WriteNumber("NextPartNumberMarker", page.Count > 0 ? page[^1].Number : 0);
        xml.WriteNumber("MaxParts", limit);
        xml.WriteFlag("IsTruncated", page.Count > 0 && page.Count < behind.Count);
        foreach (var part in page)
        {
            xml.WriteStartElement("Part");
            xml.WriteNumber("PartNumber", part.Number);
            xml.WriteNumber("Size", part.LengthBytes);
            xml.WriteChecksum(part.Checksum);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    public static async ValueTask<FrontAnswer> GetTaggingAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var found = call.OrRefuse(await call.Paths.Objects.FindAsync(name, call.Aborted));
        return S3Xml.Answer("Tagging", xml =>
        {
            xml.WriteStartElement("TagSet");
            foreach (var (key, value) in found.Description.GetTags() ?? new Dictionary<string, string>())
            {
                xml.WriteStartElement("Tag");
                xml.WriteElementString("Key", key);
                xml.WriteElementString("Value", value);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        });
    }

    public static async ValueTask<FrontAnswer> PutTaggingAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var document = await RequestDocument.ReadAsync(call, TaggingDocument.Parse);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in document)
        {
            if (ObjectTags.Add(tags, key, value) is { } flaw)
            {
                throw ObjectHeaderReader.InvalidTag(flaw, key, value);
            }
        }

        await SetTagsAsync(call, name, tags);
        return FrontAnswer.Ok();
    }

    public static async ValueTask<FrontAnswer> DeleteTaggingAsync(S3Call call)
    {
        await SetTagsAsync(call, await call.RequireObjectAsync(), []);
        return FrontAnswer.NoContent();
    }

    private static async ValueTask SetTagsAsync(S3Call call, ObjectName name, Dictionary<string, string> tags)
    {
        var (_, outcome, _) = await call.Paths.CurrentObject.AskTrackedAsync(name, new SetObjectTags(name, tags), call.Aborted);
        call.OrRefuse(outcome);
    }
}

using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>Reads the XML document of a request. The caller must be known to be allowed to send it.</summary>
internal static class RequestDocument
{
    /// <summary>Reads the body, compares it with the digests that the request states, and parses it. The body is gone when
    /// the method returns.</summary>
    /// <param name="hasChecksum">Whether an <c>x-amz-checksum-*</c> header is about the document.</param>
    public static async ValueTask<T> ReadAsync<T>(S3Call call, Func<ReceivedDocument, T> parse, bool hasChecksum = true)
    {
        var md5 = StatedChecksum.ReadMd5(call);
        var checksum = hasChecksum ? StatedChecksum.Read(call) : null;
        using var document = await call.Payload.OpenDocumentAsync();
        Check(document, md5, checksum?.Value);
        try
        {
            return parse(document);
        }
        catch (XmlException malformed)
        {
            throw S3Error.MalformedXml(malformed.Message);
        }
    }

    private static void Check(ReceivedDocument document, Md5Digest? md5, Checksum? checksum)
    {
        if (md5 is { } statedMd5 && Md5Digest.Compute(document.OpenRead()) is var computedMd5 && statedMd5 != computedMd5)
        {
            throw S3Error.Md5Differs(statedMd5, computedMd5);
        }

        if (checksum is { } stated && stated != ChecksumHasher.Compute(stated.Algorithm, document.OpenRead()))
        {
            throw new S3Error(
                S3ErrorCode.BadDigest, $"The {stated.Algorithm.Name()} you specified did not match the calculated checksum.");
        }
    }
}

/// <summary>An object in the body of DeleteObjects.</summary>
/// <param name="VersionId">Null for none.</param>
/// <param name="ETag">Without quotes, or null for any.</param>
/// <param name="HasOtherCondition">Whether there is a condition that this server does not know.</param>
internal readonly record struct ObjectToDelete(string Key, string? VersionId, string? ETag, bool HasOtherCondition);

/// <summary>The body of DeleteObjects.</summary>
/// <param name="IsQuiet">Whether the answer lists errors only.</param>
internal sealed record DeleteDocument(IReadOnlyList<ObjectToDelete> Objects, bool IsQuiet)
{
    private const int MaxObjects = 1000;

    /// <summary>Parses the document.</summary>
    /// <exception cref="XmlException">The document is malformed, or it does not name 1 to 1,000 objects.</exception>
    public static DeleteDocument Parse(ReceivedDocument document)
    {
        var objects = new List<ObjectToDelete>();
        var isQuiet = false;
        ElementReader.ReadRoot(document, "Delete", root => root.ReadChildren(
            ("Quiet", quiet => isQuiet = quiet.ReadText().Trim() is "true" or "True" or "1"),
            ("Object", item => objects.Add(objects.Count < MaxObjects
                ? ReadObject(item)
                : throw new XmlException($"There are more than {MaxObjects} objects.")))));
        return objects.Count > 0 ? new DeleteDocument(objects, isQuiet) : throw new XmlException("There is no object.");
    }

    private static ObjectToDelete ReadObject(ElementReader element)
    {
        string? key = null;
        string? version = null;
        string? tag = null;
        var hasOther = false;
        element.ReadChildren(
            ("Key", child => key = child.ReadText()),
            ("VersionId", child => version = child.ReadText()),
            ("ETag", child => tag = child.ReadText().Trim().Trim('"')),
            ("LastModifiedTime", SkipOther),
            ("Size", SkipOther));
        void SkipOther(ElementReader child)
        {
            hasOther = true;
            child.Skip();
        }

        return string.IsNullOrEmpty(key)
            ? throw new XmlException("Each object needs a Key.")
            : new ObjectToDelete(key, string.IsNullOrEmpty(version) ? null : version, tag, hasOther);
    }
}

/// <summary>A part in the body of CompleteMultipartUpload, as sent.</summary>
/// <param name="Number">At least 1.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="Checksum">The checksum with its algorithm as the element names it, or null if the part states no checksum.</param>
internal readonly record struct NamedPart(int Number, string ETag, (string Algorithm, string Value)? Checksum);

internal static class CompleteMultipartUploadDocument
{
    private const int MaxParts = 10_000;
    private const string ChecksumPrefix = "Checksum";

    // A part with its number and ETag has about 100 bytes. A list that grows is copied, and thousands of parts are a large object.
    private const int FewestPartBytes = 80;

    /// <summary>Parses the document, and turns each part as sent into the wanted value. The order is not checked.</summary>
    /// <exception cref="XmlException">The document is malformed, or it does not name 1 to 10,000 parts.</exception>
    /// <exception cref="S3Error">There is no document, or a number is less than 1.</exception>
    public static IReadOnlyList<T> Parse<T>(ReceivedDocument document, Func<NamedPart, T> interpret)
    {
        if (document.Length == 0)
        {
            throw new S3Error(S3ErrorCode.InvalidRequest, "You must specify at least one part");
        }

        var parts = new List<T>(Math.Min(MaxParts, document.Length / FewestPartBytes));
        ElementReader.ReadRoot(document, "CompleteMultipartUpload", root => root.ReadChildren(reader =>
        {
            if (reader.LocalName != "Part")
            {
                return false;
            }

            if (parts.Count == MaxParts)
            {
                throw new XmlException($"There are more than {MaxParts} parts.");
            }

            parts.Add(interpret(ReadPart(reader)));
            return true;
        }));
        return parts.Count > 0 ? parts : throw new XmlException("You must specify at least one part.");
    }

    private static NamedPart ReadPart(ElementReader part)
    {
        var number = 0;
        string? tag = null;
        (string, string)? checksum = null;
        part.ReadChildren(reader =>
        {
            var name = reader.LocalName;
            if (name == "PartNumber")
            {
                number = ReadNumber(reader);
                return true;
            }

            if (name == "ETag")
            {
                tag = reader.ReadText().Trim().Trim('"');
                return true;
            }

            if (name.StartsWith(ChecksumPrefix, StringComparison.Ordinal))
            {
                // A part has one checksum, so one of several is wrong.
                var stated = (name[ChecksumPrefix.Length..], reader.ReadText().Trim());
                checksum = checksum is null || checksum == stated ? stated : ("", "");
                return true;
            }

            return false;
        });
        return number > 0 && tag is not null
            ? new NamedPart(number, tag, checksum)
            : throw new XmlException("Each part needs a PartNumber and an ETag.");
    }

    private static int ReadNumber(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? throw new XmlException($"PartNumber must be a whole number, not '{text}'.")
            : number < 1 ? throw S3Error.InvalidArgument("partNumber", text, "PartNumber must be >= 1")
            : number;
    }
}

/// <summary>The body of RestoreObject.</summary>
/// <param name="Days">Not checked.</param>
/// <param name="Unsupported">An element that asks for something that this server does not have, or null.</param>
internal sealed record RestoreDocument(int Days, RetrievalTier Tier, string? Unsupported)
{
    /// <summary>Parses the document.</summary>
    /// <exception cref="XmlException">The document is malformed, or it has no days.</exception>
    public static RestoreDocument Parse(ReceivedDocument document)
    {
        int? days = null;
        var tier = RetrievalTier.Standard;
        string? unsupported = null;
        ElementReader.ReadRoot(document, "RestoreRequest", root => root.ReadChildren(
            ("Days", element => days = ReadDays(element)),
            ("Tier", element => tier = ReadTier(element)),
            ("GlacierJobParameters", element => element.ReadChildren(("Tier", child => tier = ReadTier(child)))),
            ("Description", static element => element.Skip()),
            ("Type", SkipUnsupported),
            ("SelectParameters", SkipUnsupported),
            ("OutputLocation", SkipUnsupported)));

        void SkipUnsupported(ElementReader element)
        {
            unsupported = element.LocalName;
            element.Skip();
        }

        // A query over the object has no days.
        return days is not null || unsupported is not null
            ? new RestoreDocument(days ?? 0, tier, unsupported)
            : throw new XmlException("There is no element Days.");
    }

    private static int ReadDays(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var days)
            ? days
            : throw new XmlException($"Days must be a whole number, not '{text}'.");
    }

    private static RetrievalTier ReadTier(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return RetrievalTierNames.TryParse(text, out var tier)
            ? tier
            : throw new XmlException($"Tier must be Standard, Expedited or Bulk, not '{text}'.");
    }
}

internal static class TaggingDocument
{
    /// <summary>Parses the document. The tags are not checked. Without a set there are none, as at Amazon.</summary>
    /// <exception cref="XmlException">The document is malformed.</exception>
    public static IReadOnlyList<(string Key, string Value)> Parse(ReceivedDocument document)
    {
        var tags = new List<(string, string)>();
        var hasSet = false;
        ElementReader.ReadRoot(document, "Tagging", root => root.ReadChildren(("TagSet", ReadSet)));
        return tags;

        void ReadSet(ElementReader set)
        {
            hasSet = hasSet ? throw new XmlException("There is more than one TagSet.") : true;
            set.ReadChildren(("Tag", tag => tags.Add(ReadTag(tag))));
        }
    }

    private static (string Key, string Value) ReadTag(ElementReader element)
    {
        string? key = null;
        string? value = null;
        element.ReadChildren(("Key", child => key = child.ReadText()), ("Value", child => value = child.ReadText()));
        return key is not null && value is not null ? (key, value) : throw new XmlException("Each Tag needs a Key and a Value.");
    }
}

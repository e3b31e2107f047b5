using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObjectTagging, PutObjectTagging and DeleteObjectTagging.</summary>
internal sealed class ObjectTagging(BucketFinder buckets, ObjectReader reader, CurrentObject objects)
{
    /// <summary>Returns the tags of an object.</summary>
    public async ValueTask<S3Answer> GetAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal))
        {
            return call.Refuse(refusal);
        }

        return new XmlAnswer("Tagging", xml =>
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

    /// <summary>Replaces the tags of an object.</summary>
    public async ValueTask<S3Answer> PutAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var (document, invalid) = await RequestDocument.ReadAsync(call, TaggingDocument.Parse);
        if (document is null)
        {
            return invalid!;
        }

        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in document)
        {
            if (!ObjectTags.TryAdd(tags, key, value))
            {
                return ObjectHeaderReader.InvalidTag($"{key}={value}");
            }
        }

        return await SetAsync(call, name, tags) ?? (S3Answer)EmptyAnswer.Ok();
    }

    /// <summary>Removes the tags of an object.</summary>
    public async ValueTask<S3Answer> DeleteAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        return refused ?? await SetAsync(call, name, []) ?? (S3Answer)EmptyAnswer.NoContent();
    }

    private async ValueTask<S3Error?> SetAsync(S3Call call, ObjectName name, Dictionary<string, string> tags)
    {
        var (_, outcome) = await objects.AskAsync(name, new SetObjectTags(name, tags), call.Aborted);
        return outcome.Refusal is { } refusal ? call.Refuse(refusal) : null;
    }
}

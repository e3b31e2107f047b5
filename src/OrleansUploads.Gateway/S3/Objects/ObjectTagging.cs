using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObjectTagging, PutObjectTagging and DeleteObjectTagging.</summary>
internal sealed class ObjectTagging(BucketFinder buckets, ObjectReader reader, CurrentObject objects)
{
    /// <summary>Returns the tags of an object.</summary>
    public async ValueTask<FrontAnswer> GetAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        var found = call.OrRefuse(await reader.FindAsync(name, call.Aborted));
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
    public async ValueTask<FrontAnswer> PutAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        var document = await RequestDocument.ReadAsync(call, TaggingDocument.Parse);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in document)
        {
            if (!ObjectTags.TryAdd(tags, key, value))
            {
                throw ObjectHeaderReader.InvalidTag($"{key}={value}").AsException();
            }
        }

        await SetAsync(call, name, tags);
        return EmptyAnswer.Ok();
    }

    /// <summary>Removes the tags of an object.</summary>
    public async ValueTask<FrontAnswer> DeleteAsync(S3Call call)
    {
        await SetAsync(call, await buckets.RequireObjectAsync(call), []);
        return EmptyAnswer.NoContent();
    }

    private async ValueTask SetAsync(S3Call call, ObjectName name, Dictionary<string, string> tags)
    {
        var (_, outcome) = await objects.AskAsync(name, new SetObjectTags(name, tags), call.Aborted);
        call.OrRefuse(outcome);
    }
}

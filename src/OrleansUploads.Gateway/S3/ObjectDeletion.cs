using System.Xml;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Gateway.S3;

internal static class ObjectDeletion
{
    private const int MaxConcurrentDeletions = 16;

    /// <summary>Deletes an object. Succeeds even if it does not exist.</summary>
    public static async ValueTask<FrontAnswer> DeleteAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var condition = Conditions.ReadWrite(call);
        call.OrRefuse(await call.Paths.Keys.DeleteAsync(name, condition, call.Aborted));
        return FrontAnswer.NoContent();
    }

    /// <summary>Deletes up to 1,000 objects and reports on each.</summary>
    public static async ValueTask<FrontAnswer> DeleteManyAsync(S3Call call)
    {
        var bucket = await call.RequireBucketAsync();
        var document = await RequestDocument.ReadAsync(call, DeleteDocument.Parse);
        var errors = new S3Error?[document.Objects.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentDeletions, CancellationToken = call.Aborted };
        await Parallel.ForAsync(0, errors.Length, options, async (i, cancellationToken) =>
            errors[i] = await DeleteAsync(call, bucket, document.Objects[i], cancellationToken));
        return S3Xml.Answer("DeleteResult", xml => WriteResults(xml, document, errors));
    }

    private static async ValueTask<S3Error?> DeleteAsync(
        S3Call call, BucketDescription bucket, ObjectToDelete item, CancellationToken cancellationToken)
    {
        if (item.VersionId is not (null or ObjectVersion.Only))
        {
            return S3Error.NotImplemented("VersionId");
        }

        if (item.HasOtherCondition)
        {
            return S3Error.NotImplemented("LastModifiedTime or Size");
        }

        // A key that is too long has no object, so it counts as deleted.
        if (!ObjectKey.TryParse(item.Key, out var key))
        {
            return null;
        }

        var condition = item.ETag is { } tag ? Conditions.Matching(tag) : null;
        try
        {
            var deleted = await call.Paths.Keys.DeleteAsync(new ObjectName(bucket.Bucket, key), condition, cancellationToken);
            return deleted.Refusal is { } refusal ? call.ErrorOf(refusal) : null;
        }
        catch (EntityUnavailableException fault) when (fault.IsRefused)
        {
            // Other objects of the request may be deleted, so the request as a whole was not refused.
            return S3HttpErrors.Describe(new HttpError.JournalRefused(call.Exchange.RequestId));
        }
    }

    private static void WriteResults(XmlWriter xml, DeleteDocument document, S3Error?[] errors)
    {
        for (var i = 0; i < errors.Length; i++)
        {
            if (errors[i] is { } error)
            {
                xml.WriteStartElement("Error");
                WriteObject(xml, document.Objects[i]);
                xml.WriteElementString("Code", error.Code);
                xml.WriteElementString("Message", error.Message);
                xml.WriteEndElement();
            }
            else if (!document.IsQuiet)
            {
                xml.WriteStartElement("Deleted");
                WriteObject(xml, document.Objects[i]);
                xml.WriteEndElement();
            }
        }
    }

    private static void WriteObject(XmlWriter xml, ObjectToDelete item)
    {
        xml.WriteElementString("Key", item.Key);
        xml.WriteOptional("VersionId", item.VersionId);
    }
}

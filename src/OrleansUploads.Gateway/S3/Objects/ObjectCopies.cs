using System.Xml;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>CopyObject and UploadPartCopy. Everything is decided before the status is sent, so a copy never fails with status 200.</summary>
internal sealed class ObjectCopies(BucketFinder buckets, ObjectReader reader, ObjectCopier copier, TimeProvider time)
{
    private const string SourcePrefix = S3Headers.CopySource + "-";

    /// <summary>Copies an object of up to 5 GiB.</summary>
    public async ValueTask<S3Answer> CopyAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        if (!Conditions.TryReadWrite(call, out var condition, out var error))
        {
            return error;
        }

        var (source, wrong) = await FindSourceAsync(call);
        if (source is null)
        {
            return wrong!;
        }

        if (!CopyHeaders.TryRead(call, source.Description, out var headers, out error))
        {
            return error;
        }

        if (source.Description.Spec.Name == name && !headers.ChangesSource)
        {
            return new S3Error(
                S3ErrorCode.InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var copied = await copier.CopyAsync(source, name, headers.Copy, headers.Algorithm, condition, call.Aborted);
        return copied.TryGet(out var published, out var refusal)
            ? new XmlAnswer("CopyObjectResult", xml =>
            {
                WriteResult(xml, published.At, published.ETag.ToString());
                xml.WriteChecksum(published.Checksum);
            })
            : Refuse(call, refusal);
    }

    /// <summary>Copies an object, or a range of one, to a part of an upload.</summary>
    public async ValueTask<S3Answer> CopyPartAsync(S3Call call)
    {
        if (!S3Number.TryReadPartNumber(call, out var number, out var error))
        {
            return error;
        }

        var (name, upload, refused) = await buckets.FindUploadAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var (source, wrong) = await FindSourceAsync(call);
        if (source is null)
        {
            return wrong!;
        }

        if (!CopySource.TryReadRange(call, source.Description.Published.SizeBytes, out var range, out error))
        {
            return error;
        }

        var copied = await copier.CopyPartAsync(source, range, upload, name, number, call.Exchange.Sender, call.Aborted);
        return copied.TryGet(out var part, out var refusal)
            ? new XmlAnswer("CopyPartResult", xml =>
            {
                WriteResult(xml, time.GetUtcNow(), part.Md5.ToString());
                xml.WriteChecksum(part.Checksum);
            })
            : Refuse(call, refusal);
    }

    /// <summary>Finds the source, which must be in a bucket of the signer, and evaluates the conditions on it.</summary>
    private async ValueTask<(FoundObject? Source, S3Error? Error)> FindSourceAsync(S3Call call)
    {
        if (!CopySource.TryRead(call, out var address, out var error))
        {
            return (null, error);
        }

        var (name, refused) = await buckets.FindObjectAsync(call, address, S3Headers.SourceExpectedOwner);
        if (refused is not null)
        {
            return (null, refused);
        }

        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal))
        {
            return (null, call.Refuse(refusal, address));
        }

        if (found.Description.RefuseReading() is { } archived)
        {
            return (null, call.Refuse(archived, address));
        }

        var published = found.Description.Published;
        return Conditions.Evaluate(call, published.ETag, published.At, SourcePrefix) == 0
            ? (found, null)
            : (null, new S3Error(S3ErrorCode.PreconditionFailed, "At least one of the pre-conditions you specified did not hold."));
    }

    private static S3Error Refuse(S3Call call, Refusal refusal) => refusal is ObjectRefusal.NumberedPartTooLarge tooLarge
        ? new S3Error(
            S3ErrorCode.InvalidRequest,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The specified copy source is larger than the maximum allowable size for a copy source: {tooLarge.LimitBytes}"))
        : call.Refuse(refusal);

    private static void WriteResult(XmlWriter xml, DateTimeOffset at, string tag)
    {
        xml.WriteElementString("LastModified", S3Date.ToXml(at));
        xml.WriteElementString("ETag", $"\"{tag}\"");
    }
}

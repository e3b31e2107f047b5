using System.Xml;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>CopyObject and UploadPartCopy. Everything is decided before the status is sent, so a copy never fails with status 200.</summary>
internal sealed class ObjectCopies(BucketFinder buckets, ObjectReader reader, ObjectCopier copier, TimeProvider time)
{
    private const string SourcePrefix = S3Headers.CopySource + "-";

    /// <summary>Copies an object of up to 5 GiB.</summary>
    public async ValueTask<FrontAnswer> CopyAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        var condition = Conditions.ReadWrite(call);
        var source = await RequireSourceAsync(call);
        var headers = CopyHeaders.Read(call, source.Description);
        if (source.Description.Spec.Name == name && !headers.ChangesSource)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.").AsException();
        }

        var copied = await copier.CopyAsync(source, name, headers.Copy, headers.Algorithm, condition, call.Aborted);
        if (!copied.TryGet(out var published, out var refusal))
        {
            throw Refuse(call, refusal).AsException();
        }

        return new XmlAnswer("CopyObjectResult", xml =>
        {
            WriteResult(xml, published.At, published.ETag.ToString());
            xml.WriteChecksum(published.Checksum);
        });
    }

    /// <summary>Copies an object, or a range of one, to a part of an upload.</summary>
    public async ValueTask<FrontAnswer> CopyPartAsync(S3Call call)
    {
        var number = S3Number.ReadPartNumber(call);
        var (name, upload) = await buckets.RequireUploadAsync(call);
        var source = await RequireSourceAsync(call);
        var range = CopySource.ReadRange(call, source.Description.Published.SizeBytes);
        var copied = await copier.CopyPartAsync(source, range, upload, name, number, call.Exchange.Sender, call.Aborted);
        if (!copied.TryGet(out var part, out var refusal))
        {
            throw Refuse(call, refusal).AsException();
        }

        return new XmlAnswer("CopyPartResult", xml =>
        {
            WriteResult(xml, time.GetUtcNow(), part.Md5.ToString());
            xml.WriteChecksum(part.Checksum);
        });
    }

    /// <summary>Finds the source, which must be in a bucket of the signer, and evaluates the conditions on it.</summary>
    private async ValueTask<FoundObject> RequireSourceAsync(S3Call call)
    {
        var address = CopySource.Read(call);
        var name = await buckets.RequireObjectAsync(call, address, S3Headers.SourceExpectedOwner);
        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal) || (refusal = found.Description.RefuseReading()) is not null)
        {
            throw call.Refuse(refusal, address).AsException();
        }

        var published = found.Description.Published;
        return Conditions.Evaluate(call, published.ETag, published.At, SourcePrefix) == 0
            ? found
            : throw new S3Error(
                S3ErrorCode.PreconditionFailed, "At least one of the pre-conditions you specified did not hold.").AsException();
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

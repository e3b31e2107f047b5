using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObjectAcl. Access control lists cannot be changed: an object belongs to the owner of its bucket alone.</summary>
internal sealed class ObjectAcls(BucketFinder buckets, ObjectReader reader)
{
    /// <summary>Returns the access control list of an object.</summary>
    public async ValueTask<S3Answer> GetAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var outcome = await reader.FindAsync(name, call.Aborted);
        return outcome.Refusal is { } refusal
            ? call.Refuse(refusal)
            : new XmlAnswer("AccessControlPolicy", xml => xml.WriteAccessControlList(call.Account));
    }
}

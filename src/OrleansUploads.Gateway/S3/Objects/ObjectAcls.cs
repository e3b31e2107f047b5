using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObjectAcl. Access control lists cannot be changed: an object belongs to the owner of its bucket alone.</summary>
internal sealed class ObjectAcls(BucketFinder buckets, ObjectReader reader)
{
    /// <summary>Returns the access control list of an object.</summary>
    public async ValueTask<FrontAnswer> GetAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        call.OrRefuse(await reader.FindAsync(name, call.Aborted));
        return new XmlAnswer("AccessControlPolicy", xml => xml.WriteAccessControlList(call.Account));
    }
}

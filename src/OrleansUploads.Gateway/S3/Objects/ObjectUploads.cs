using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>PutObject.</summary>
internal sealed class ObjectUploads(BucketFinder buckets, ObjectIntake intake)
{
    /// <summary>Stores an object of up to 5 GiB.</summary>
    public async ValueTask<FrontAnswer> PutAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        var headers = ObjectHeaderReader.Read(call);
        var condition = Conditions.ReadWrite(call);
        using var upload = UploadBody.Open(call);
        var published = call.OrRefuse(await intake.PutAsync(name, headers, upload.Body, condition, call.Aborted));
        return EmptyAnswer.Ok([("ETag", $"\"{published.ETag}\""), .. ChecksumAnswer.Headers(published.Checksum)]);
    }
}

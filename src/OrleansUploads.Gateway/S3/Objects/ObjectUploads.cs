using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>PutObject.</summary>
internal sealed class ObjectUploads(BucketFinder buckets, ObjectIntake intake)
{
    /// <summary>Stores an object of up to 5 GiB.</summary>
    public async ValueTask<S3Answer> PutAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        if (!ObjectHeaderReader.TryRead(call, out var headers, out var error)
            || !Conditions.TryReadWrite(call, out var condition, out error)
            || !UploadBody.TryOpen(call, out var upload, out error))
        {
            return error;
        }

        using (upload)
        {
            var stored = await intake.PutAsync(name, headers, upload.Body, condition, call.Aborted);
            return stored.TryGet(out var published, out var refusal)
                ? EmptyAnswer.Ok([("ETag", $"\"{published.ETag}\""), .. ChecksumAnswer.Headers(published.Checksum)])
                : call.Refuse(refusal);
        }
    }
}

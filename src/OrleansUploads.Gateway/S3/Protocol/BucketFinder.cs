using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Finds the bucket of a request, and checks that the signer owns it.</summary>
internal sealed class BucketFinder(IEntityHost host)
{
    /// <summary>Returns the bucket, or ends the request with an error.</summary>
    public ValueTask<BucketDescription> RequireAsync(S3Call call) => RequireAsync(call, call.Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the object's name after checking bucket and key, or ends the request with an error.</summary>
    public ValueTask<ObjectName> RequireObjectAsync(S3Call call) => RequireObjectAsync(call, call.Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the name of an object at an address in the request, or ends the request with an error.</summary>
    /// <param name="call">The request.</param>
    /// <param name="address">The address.</param>
    /// <param name="ownerHeader">The header that may state the bucket's owner.</param>
    public async ValueTask<ObjectName> RequireObjectAsync(S3Call call, S3Address address, string ownerHeader)
    {
        var bucket = await RequireAsync(call, address, ownerHeader);
        return ObjectKey.TryParse(address.Key, out var key)
            ? new ObjectName(bucket.Bucket, key)
            : throw new S3Error(
                S3ErrorCode.KeyTooLongError,
                "Your key is too long.",
                ("MaxSizeAllowed", ObjectKey.MaxBytes.ToString(CultureInfo.InvariantCulture))).AsException();
    }

    /// <summary>Returns the object's name and the upload after checking bucket, key and upload ID, or ends the request with an
    /// error.</summary>
    public async ValueTask<(ObjectName Name, UploadId Upload)> RequireUploadAsync(S3Call call)
    {
        var name = await RequireObjectAsync(call);
        return UploadId.TryParse(call.UploadText, out var upload)
            ? (name, upload)
            : throw S3Error.NoSuchUpload(call.UploadText).AsException();
    }

    /// <summary>Finds the bucket for the dashboard, which is a front of its own and has its own form of errors.</summary>
    /// <returns>The bucket, or why the request cannot have it.</returns>
    public async ValueTask<(BucketDescription? Bucket, S3Error? Error)> FindAsync(S3Call call)
    {
        try
        {
            return (await RequireAsync(call), null);
        }
        catch (FrontErrorException refused)
        {
            return (null, (S3Error)refused.Error);
        }
    }

    /// <summary>Finds the bucket for the dashboard, and checks the key and the upload ID.</summary>
    /// <returns>The object's name and the upload, or why the request cannot have them.</returns>
    public async ValueTask<(ObjectName Name, UploadId Upload, S3Error? Error)> FindUploadAsync(S3Call call)
    {
        try
        {
            var (name, upload) = await RequireUploadAsync(call);
            return (name, upload, null);
        }
        catch (FrontErrorException refused)
        {
            return (default, default, (S3Error)refused.Error);
        }
    }

    /// <summary>Parses the name of a bucket, or ends the request with an error.</summary>
    public static BucketName RequireName(string? text) => BucketName.TryParse(text, out var name)
        ? name
        : throw new S3Error(
            S3ErrorCode.InvalidBucketName, "The specified bucket is not valid.", ("BucketName", text ?? "")).AsException();

    private async ValueTask<BucketDescription> RequireAsync(S3Call call, S3Address address, string ownerHeader)
    {
        var name = RequireName(address.Bucket);
        var bucket = await call.AskAsync(host, name.Entity, new FindBucket(name));
        if (bucket.Owner != call.Account)
        {
            throw new S3Error(S3ErrorCode.AccessDenied, "Access Denied: another account owns the bucket.").AsException();
        }

        // A client that states the owner relies on it.
        return call.Header(ownerHeader) is not { } expected || expected == bucket.Owner.ToString()
            ? bucket
            : throw new S3Error(S3ErrorCode.AccessDenied, $"Access Denied: account {expected} does not own the bucket.").AsException();
    }
}

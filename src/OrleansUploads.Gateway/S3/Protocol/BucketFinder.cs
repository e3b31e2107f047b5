using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;

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
    public async ValueTask<ObjectName> RequireObjectAsync(S3Call call, S3Address address, string ownerHeader) =>
        RequireKey(await RequireAsync(call, address, ownerHeader), address.Key);

    /// <summary>Returns the object's name and the upload after checking bucket, key and upload ID, or ends the request with an
    /// error.</summary>
    public async ValueTask<(ObjectName Name, UploadId Upload)> RequireUploadAsync(S3Call call)
    {
        var name = await RequireObjectAsync(call);
        return UploadId.TryParse(call.UploadText, out var upload)
            ? (name, upload)
            : throw S3Error.NoSuchUpload(call.UploadText).AsException();
    }

    /// <summary>Returns a bucket of an account, or ends the request with an error.</summary>
    /// <param name="text">The bucket's name, not checked.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public async ValueTask<BucketDescription> RequireAsync(string? text, AccountId account, CancellationToken cancellationToken)
    {
        var name = RequireName(text);
        var found = await host.AskAsync(name.Entity, new FindBucket(name), cancellationToken);
        return found.TryGet(out var bucket, out var refusal)
            ? RequireOwned(bucket, account)
            : throw S3Refusals.Describe(refusal, new S3Address(text, null), upload: "").AsException();
    }

    /// <summary>Returns the name of an object in a bucket after checking the key, or ends the request with an error.</summary>
    public static ObjectName RequireKey(BucketDescription bucket, string? text) => ObjectKey.TryParse(text, out var key)
        ? new ObjectName(bucket.Bucket, key)
        : throw new S3Error(
            S3ErrorCode.KeyTooLongError,
            "Your key is too long.",
            ("MaxSizeAllowed", ObjectKey.MaxBytes.ToString(CultureInfo.InvariantCulture))).AsException();

    /// <summary>Parses the name of a bucket, or ends the request with an error.</summary>
    public static BucketName RequireName(string? text) => BucketName.TryParse(text, out var name)
        ? name
        : throw new S3Error(
            S3ErrorCode.InvalidBucketName, "The specified bucket is not valid.", ("BucketName", text ?? "")).AsException();

    private async ValueTask<BucketDescription> RequireAsync(S3Call call, S3Address address, string ownerHeader)
    {
        var name = RequireName(address.Bucket);
        var bucket = RequireOwned(await call.AskAsync(host, name.Entity, new FindBucket(name)), call.Account);

        // A client that states the owner relies on it.
        return call.Header(ownerHeader) is not { } expected || expected == bucket.Owner.ToString()
            ? bucket
            : throw new S3Error(S3ErrorCode.AccessDenied, $"Access Denied: account {expected} does not own the bucket.").AsException();
    }

    private static BucketDescription RequireOwned(BucketDescription bucket, AccountId account) => bucket.Owner == account
        ? bucket
        : throw new S3Error(S3ErrorCode.AccessDenied, "Access Denied: another account owns the bucket.").AsException();
}

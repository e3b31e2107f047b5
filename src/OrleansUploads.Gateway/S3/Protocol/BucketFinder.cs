using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Finds the bucket of a request, and checks that the signer owns it.</summary>
internal sealed class BucketFinder(IEntityHost host)
{
    /// <summary>Finds the bucket.</summary>
    /// <returns>The bucket, or why the request cannot have it.</returns>
    public ValueTask<(BucketDescription? Bucket, S3Error? Error)> FindAsync(S3Call call) =>
        FindAsync(call, call.Address, S3Headers.ExpectedOwner);

    /// <summary>Finds the bucket of an address in the request.</summary>
    /// <param name="call">The request.</param>
    /// <param name="address">The address.</param>
    /// <param name="ownerHeader">The header that may state the bucket's owner.</param>
    /// <returns>The bucket, or why the request cannot have it.</returns>
    private async ValueTask<(BucketDescription? Bucket, S3Error? Error)> FindAsync(
        S3Call call, S3Address address, string ownerHeader)
    {
        var (bucket, error) = await FindAsync(address.Bucket ?? "", call.Account, call.Aborted);
        return bucket is not null && CheckExpectedOwner(call, ownerHeader, bucket.Owner) is { } other ? (null, other) : (bucket, error);
    }

    /// <summary>Finds a bucket of an account.</summary>
    /// <param name="text">The bucket's name, not checked.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <returns>The bucket, or why the account cannot have it.</returns>
    public async ValueTask<(BucketDescription? Bucket, S3Error? Error)> FindAsync(
        string text, AccountId account, CancellationToken cancellationToken)
    {
        if (!BucketName.TryParse(text, out var name))
        {
            return (null, InvalidName(text));
        }

        var found = await host.AskAsync(name.Entity, new FindBucket(name), cancellationToken);
        return !found.TryGet(out var bucket, out var refusal) ? (null, S3Refusals.Describe(refusal, new S3Address(text, null), upload: ""))
            : bucket.Owner != account ? (null, new S3Error(S3ErrorCode.AccessDenied, "Access Denied: another account owns the bucket."))
            : (bucket, null);
    }

    /// <summary>Finds the bucket, and checks the key.</summary>
    /// <returns>The object's name, or why the request cannot have it.</returns>
    public ValueTask<(ObjectName Name, S3Error? Error)> FindObjectAsync(S3Call call) =>
        FindObjectAsync(call, call.Address, S3Headers.ExpectedOwner);

    /// <summary>Finds the bucket of an address in the request, and checks the key.</summary>
    /// <param name="call">The request.</param>
    /// <param name="address">The address.</param>
    /// <param name="ownerHeader">The header that may state the bucket's owner.</param>
    /// <returns>The object's name, or why the request cannot have it.</returns>
    public async ValueTask<(ObjectName Name, S3Error? Error)> FindObjectAsync(
        S3Call call, S3Address address, string ownerHeader)
    {
        var (bucket, error) = await FindAsync(call, address, ownerHeader);
        return bucket is null ? (default, error) : NameObject(bucket, address.Key);
    }

    /// <summary>Checks the key of an object in a bucket.</summary>
    /// <returns>The object's name, or what is wrong with the key.</returns>
    public static (ObjectName Name, S3Error? Error) NameObject(BucketDescription bucket, string? text) =>
        ObjectKey.TryParse(text, out var key) ? (new ObjectName(bucket.Bucket, key), null)
            : (default, new S3Error(
                S3ErrorCode.KeyTooLongError,
                "Your key is too long.",
                ("MaxSizeAllowed", ObjectKey.MaxBytes.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    /// <summary>Finds the bucket, and checks the key and the upload ID.</summary>
    /// <returns>The object's name and the upload, or why the request cannot have them.</returns>
    public async ValueTask<(ObjectName Name, UploadId Upload, S3Error? Error)> FindUploadAsync(S3Call call)
    {
        var (name, error) = await FindObjectAsync(call);
        return error is not null ? (default, default, error)
            : UploadId.TryParse(call.UploadText, out var upload) ? (name, upload, null)
            : (default, default, S3Error.NoSuchUpload(call.UploadText));
    }

    /// <summary>The error for a name that no bucket can have.</summary>
    public static S3Error InvalidName(string name) =>
        new(S3ErrorCode.InvalidBucketName, "The specified bucket is not valid.", ("BucketName", name));

    /// <summary>A client that states the owner relies on it.</summary>
    private static S3Error? CheckExpectedOwner(S3Call call, string header, AccountId owner) =>
        call.Header(header) is { } expected && expected != owner.ToString()
            ? new S3Error(S3ErrorCode.AccessDenied, $"Access Denied: account {expected} does not own the bucket.")
            : null;
}

using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Authentication;

namespace OrleansUploads.Gateway.S3;

/// <summary>A request about buckets and objects: one to S3, or one of a user of the dashboard. Its address is known and not
/// checked.</summary>
internal sealed class S3Call : FrontCall
{
    /// <summary>The bucket and the key, as sent.</summary>
    public required S3Address Address { get; init; }

    /// <summary>The body as the signature covers it. Requests of the dashboard have none.</summary>
    public RequestPayload Payload
    {
        get => field ?? throw new InvalidOperationException("The request has no body.");
        init;
    }

    /// <summary>The upload ID as sent, or an empty text. S3 has it in the query.</summary>
    public string UploadText
    {
        get => field ?? Query.FirstValue("uploadId") ?? "";
        init;
    }

    public override S3Error ErrorOf(Refusal refusal) => ErrorOf(refusal, Address);

    /// <summary>The error for a refusal about another address than that of the request.</summary>
    public S3Error ErrorOf(Refusal refusal, S3Address address) => S3Refusals.Describe(refusal, address, UploadText);

    /// <summary>Returns the bucket, which the signer must own.</summary>
    /// <exception cref="S3Error">The bucket does not exist, or another account owns it.</exception>
    public ValueTask<BucketDescription> RequireBucketAsync() => RequireBucketAsync(Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the object's name after checking bucket and key.</summary>
    /// <exception cref="S3Error">Bucket or key are wrong.</exception>
    public ValueTask<ObjectName> RequireObjectAsync() => RequireObjectAsync(Address, S3Headers.ExpectedOwner);

    /// <summary>Returns the name of an object at an address in the request.</summary>
    /// <exception cref="S3Error">Bucket or key are wrong.</exception>
    public async ValueTask<ObjectName> RequireObjectAsync(S3Address address, string ownerHeader)
    {
        var bucket = await RequireBucketAsync(address, ownerHeader);
        return ObjectKey.TryParse(address.Key, out var key) ? new ObjectName(bucket.Bucket, key) : throw new S3Error(
            S3ErrorCode.KeyTooLongError,
            "Your key is too long.",
            ("MaxSizeAllowed", ObjectKey.MaxBytes.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Returns the object's name and the upload after checking bucket, key and upload ID.</summary>
    /// <exception cref="S3Error">One of them is wrong.</exception>
    public async ValueTask<(ObjectName Name, UploadId Upload)> RequireUploadAsync()
    {
        var name = await RequireObjectAsync();
        return UploadId.TryParse(UploadText, out var upload) ? (name, upload) : throw S3Error.NoSuchUpload(UploadText);
    }

    /// <summary>Parses the name of a bucket.</summary>
    /// <exception cref="S3Error">No bucket can have the name.</exception>
    public static BucketName RequireName(string? text) => BucketName.TryParse(text, out var name)
        ? name
        : throw new S3Error(S3ErrorCode.InvalidBucketName, "The specified bucket is not valid.", ("BucketName", text ?? ""));

    private async ValueTask<BucketDescription> RequireBucketAsync(S3Address address, string ownerHeader)
    {
        var name = RequireName(address.Bucket);
        var bucket = await AskAsync(name.Entity, new FindBucket(name));
        if (bucket.Owner != Account)
        {
            throw new S3Error(S3ErrorCode.AccessDenied, "Access Denied: another account owns the bucket.");
        }

        // A client that states the owner relies on it.
        return Header(ownerHeader) is not { } expected || expected == bucket.Owner.ToString()
            ? bucket
            : throw new S3Error(S3ErrorCode.AccessDenied, $"Access Denied: account {expected} does not own the bucket.");
    }
}

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>What a request addresses.</summary>
internal enum S3Level
{
    /// <summary>The account's buckets.</summary>
    Service,

    /// <summary>A bucket.</summary>
    Bucket,

    /// <summary>An object.</summary>
    Object,
}

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The names of the headers of the vault API.</summary>
internal static class GlacierHeaders
{
    public const string Version = "x-amz-glacier-version";
    public const string TreeHash = "x-amz-sha256-tree-hash";
    public const string ArchiveDescription = "x-amz-archive-description";
    public const string ArchiveSize = "x-amz-archive-size";
    public const string ArchiveId = "x-amz-archive-id";
    public const string PartSize = "x-amz-part-size";
    public const string UploadId = "x-amz-multipart-upload-id";
    public const string CapacityId = "x-amz-capacity-id";
    public const string JobId = "x-amz-job-id";
    public const string LockId = "x-amz-lock-id";

    /// <summary>Tells a client what it may send besides the protocol of Amazon.</summary>
    public const string Accepts = "x-orleans-uploads-accepts";

    public const string ContentRange = "Content-Range";
    public const string Range = "Range";
    public const string Location = "Location";
    public const string UserAgent = "User-Agent";
}

/// <summary>The vault API.</summary>
internal static class GlacierApi
{
    /// <summary>The only version of the API.</summary>
    public const string Version = "2012-06-01";
}

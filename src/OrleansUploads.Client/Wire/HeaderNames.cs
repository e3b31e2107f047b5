namespace OrleansUploads.Client.Wire;

internal static class HeaderNames
{
    /// <summary>What this project's server accepts besides the protocol of Amazon.</summary>
    public const string Accepts = "x-orleans-uploads-accepts";

    public const string ArchiveDescription = "x-amz-archive-description";
    public const string ArchiveId = "x-amz-archive-id";
    public const string ArchiveSize = "x-amz-archive-size";
    public const string CapacityId = "x-amz-capacity-id";
    public const string CreateKey = "x-orleans-uploads-create-key";
    public const string DeletedBytes = "x-orleans-uploads-deleted-bytes";
    public const string IdOf = "x-orleans-uploads-id";
    public const string JobId = "x-amz-job-id";
    public const string LockId = "x-amz-lock-id";
    public const string ByteStorage = "x-orleans-uploads-storage";
    public const string PartLocation = "x-orleans-uploads-location";
    public const string PartSize = "x-amz-part-size";
    public const string RequestId = "x-amzn-RequestId";
    public const string TotalLength = "x-orleans-uploads-total-length";
    public const string TreeHash = "x-amz-sha256-tree-hash";
    public const string UnfreedBytes = "x-orleans-uploads-unfreed-bytes";
    public const string UnfreedUntil = "x-orleans-uploads-unfreed-until";
    public const string UploadId = "x-amz-multipart-upload-id";
    public const string UploadStatus = "x-orleans-uploads-status";
    public const string Version = "x-amz-glacier-version";
}

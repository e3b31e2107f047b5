namespace OrleansUploads.Gateway.S3;

/// <summary>Names of headers.</summary>
internal static class S3Headers
{
    public const string RequestId = "x-amz-request-id";
    public const string BucketRegion = "x-amz-bucket-region";
    public const string ChecksumAlgorithm = "x-amz-checksum-algorithm";
    public const string ChecksumMode = "x-amz-checksum-mode";
    public const string ChecksumPrefix = "x-amz-checksum-";
    public const string ChecksumType = "x-amz-checksum-type";
    public const string CopySource = "x-amz-copy-source";
    public const string CopySourceRange = "x-amz-copy-source-range";
    public const string DecodedLength = "x-amz-decoded-content-length";
    public const string ExpectedOwner = "x-amz-expected-bucket-owner";
    public const string MaxParts = "x-amz-max-parts";
    public const string MetadataDirective = "x-amz-metadata-directive";
    public const string MetadataPrefix = "x-amz-meta-";
    public const string ObjectAttributes = "x-amz-object-attributes";
    public const string ObjectSize = "x-amz-mp-object-size";
    public const string OptionalObjectAttributes = "x-amz-optional-object-attributes";
    public const string PartNumberMarker = "x-amz-part-number-marker";
    public const string PartsCount = "x-amz-mp-parts-count";
    public const string Restore = "x-amz-restore";
    public const string SdkChecksumAlgorithm = "x-amz-sdk-checksum-algorithm";
    public const string SourceExpectedOwner = "x-amz-source-expected-bucket-owner";
    public const string StorageClass = "x-amz-storage-class";
    public const string Tagging = "x-amz-tagging";
    public const string TaggingDirective = "x-amz-tagging-directive";
    public const string TaggingCount = "x-amz-tagging-count";
    public const string Trailer = "x-amz-trailer";
}

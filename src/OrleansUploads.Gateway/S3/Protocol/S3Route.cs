using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>What a request asks for: one of our operations, something of S3 that this server does not have, or nothing of
/// S3.</summary>
internal abstract record S3Route
{
    private S3Route()
    {
    }

    /// <summary>An operation.</summary>
    internal sealed record To(S3Operation Operation) : S3Route
    {
        /// <summary>Whether the body is an object's bytes.</summary>
        public bool IsUpload => Operation is S3Operation.PutObject or S3Operation.UploadPart;

        /// <summary>How the operation uses the disk of the data folder.</summary>
        public SpaceUse Space => Operation switch
        {
            S3Operation.PutObject or S3Operation.UploadPart or S3Operation.CopyObject or S3Operation.UploadPartCopy
                or S3Operation.CreateMultipartUpload or S3Operation.CompleteMultipartUpload
                or S3Operation.PutObjectTagging or S3Operation.DeleteObjectTagging
                or S3Operation.CreateBucket => SpaceUse.Grows,
            S3Operation.RestoreObject => SpaceUse.Retrieves,
            S3Operation.DeleteObject or S3Operation.DeleteObjects
                or S3Operation.AbortMultipartUpload or S3Operation.DeleteBucket => SpaceUse.Frees,
            _ => SpaceUse.None,
        };

        /// <summary>Whether the body is a document, which the operation reads.</summary>
        public bool HasDocument => HasLongDocument || Operation is S3Operation.CreateBucket or S3Operation.PutObjectTagging
            or S3Operation.RestoreObject;

        /// <summary>Whether the body may be a long list.</summary>
        public bool HasLongDocument => Operation is S3Operation.CompleteMultipartUpload or S3Operation.DeleteObjects;
    }

    /// <summary>S3 has this, and this server does not.</summary>
    /// <param name="Feature">The query parameter or header that asks for it.</param>
    internal sealed record Missing(string Feature) : S3Route;

    /// <summary>The query is incomplete or contradicts itself.</summary>
    /// <param name="Argument">The parameter.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Reason">What is wrong, as a sentence.</param>
    internal sealed record Invalid(string Argument, string Value, string Reason) : S3Route;

    /// <summary>The method means nothing here.</summary>
    internal sealed record WrongMethod : S3Route;
}

namespace OrleansUploads.TestKit;

/// <summary>The document that completes a multipart upload of S3.</summary>
public static class CompletionDocument
{
    /// <summary>Names parts by number and ETag, in this order.</summary>
    public static string Of(params IEnumerable<(int Number, string ETag)> parts) =>
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>"))
        + "</CompleteMultipartUpload>";
}

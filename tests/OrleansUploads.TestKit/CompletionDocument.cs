namespace OrleansUploads.TestKit;

public static class CompletionDocument
{
    public static string Of(params IEnumerable<(int Number, string ETag)> parts) =>
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>"))
        + "</CompleteMultipartUpload>";
}

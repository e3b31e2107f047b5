using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>An error of S3.</summary>
/// <param name="Kind">The code with its status.</param>
/// <param name="Message">What is wrong, the offending value, and what to do.</param>
/// <param name="Details">Further elements of the XML document.</param>
internal sealed record S3Error(S3ErrorCode Kind, string Message, params (string Name, string Value)[] Details)
    : FrontError(Kind.Status, Kind.Name, Message)
{
    /// <summary>Whether the request was meant for another service, such as STS. The clients of those find an error only in a root element
    /// <c>ErrorResponse</c>, which those of S3 accept, too.</summary>
    public bool IsForOtherService { get; init; }

    /// <summary>A parameter or header has a wrong value.</summary>
    public static S3Error InvalidArgument(string name, string value, string message) =>
        new(S3ErrorCode.InvalidArgument, message, ("ArgumentName", name), ("ArgumentValue", value));

    /// <summary>S3 has this, and this server does not.</summary>
    public static S3Error NotImplemented(string feature) => new(
        S3ErrorCode.NotImplemented,
        $"A header or query you provided implies functionality that is not implemented: {feature}.");

    /// <summary>The XML document cannot be read.</summary>
    public static S3Error MalformedXml(string reason) => new(
        S3ErrorCode.MalformedXML,
        $"The XML you provided was not well-formed or did not validate against our published schema: {reason}");

    /// <summary>The bucket does not exist.</summary>
    public static S3Error NoSuchBucket(string bucket) =>
        new(S3ErrorCode.NoSuchBucket, "The specified bucket does not exist.", ("BucketName", bucket));

    /// <summary>The upload does not exist.</summary>
    public static S3Error NoSuchUpload(string upload) => new(
        S3ErrorCode.NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ("UploadId", upload));
}

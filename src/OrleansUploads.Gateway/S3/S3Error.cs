using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.S3;

/// <summary>An error of S3.</summary>
/// <param name="kind">The code with its status.</param>
/// <param name="message">What is wrong, the offending value, and what to do.</param>
/// <param name="details">Further elements of the XML document.</param>
internal sealed class S3Error(S3ErrorCode kind, string message, params (string Name, string Value)[] details)
    : FrontError(kind.Status, kind.Name, message)
{
    /// <summary>Whether the request was meant for another service, such as STS. Clients of such services find an error only in a root
    /// element <c>ErrorResponse</c>, which clients of S3 accept, too.</summary>
    public bool IsForOtherService { get; init; }

    public static S3Error InvalidArgument(string name, string value, string message) =>
        new(S3ErrorCode.InvalidArgument, message, ("ArgumentName", name), ("ArgumentValue", value));

    /// <summary>S3 has this, and this server does not.</summary>
    public static S3Error NotImplemented(string feature, params (string Name, string Value)[] details) => new(
        S3ErrorCode.NotImplemented,
        $"A header or query you provided implies functionality that is not implemented: {feature}.",
        details);

    /// <summary>S3 has this header, and this server does not, or not with this value.</summary>
    public static S3Error HeaderNotImplemented(string header, string? value = null) =>
        NotImplemented(value is null ? header : $"{header}: {value}", ("Header", header));

    public static S3Error MalformedXml(string reason) => new(
        S3ErrorCode.MalformedXML,
        $"The XML you provided was not well-formed or did not validate against our published schema: {reason}");

    public static S3Error NoSuchBucket(string bucket) =>
        new(S3ErrorCode.NoSuchBucket, "The specified bucket does not exist", ("BucketName", bucket));

    public static S3Error NoSuchUpload(string upload) => new(
        S3ErrorCode.NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ("UploadId", upload));

    /// <summary>The bytes do not have the MD5 that the request states. Both are written as in the request's header.</summary>
    public static S3Error Md5Differs(Md5Digest stated, Md5Digest computed) => new(
        S3ErrorCode.BadDigest,
        "The Content-MD5 you specified did not match what we received.",
        ("ExpectedDigest", Base64(stated)),
        ("CalculatedDigest", Base64(computed)));

    private static string Base64(Md5Digest md5)
    {
        Span<byte> bytes = stackalloc byte[Md5Digest.Bytes];
        md5.Write(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The response with the XML document. The answer to a HEAD request has none.</summary>
    public override FrontAnswer ToAnswer(HttpExchange exchange)
    {
        var request = exchange.Context.Request;

        // A client that waits for 100 (Continue) may or may not send the body after an error. Only a new connection is unambiguous.
        (string, string?) connection = ("Connection", request.Headers.Expect.Count > 0 ? "close" : null);
        return HttpMethods.IsHead(request.Method)
            ? new FrontAnswer(Status, connection) { Error = this }
            : new FrontAnswer(Status, connection) { Error = this, ContentType = S3Xml.ContentType, Document = Write(exchange) };
    }

    private byte[] Write(HttpExchange exchange)
    {
        var target = RequestTarget.RawOf(exchange.Context);
        return S3Xml.Write(writer =>
        {
            if (IsForOtherService)
            {
                writer.WriteStartElement("ErrorResponse");
            }

            writer.WriteStartElement("Error");
            writer.WriteElementString("Code", Code);
            writer.WriteElementString("Message", S3Xml.WellFormed(Message));
            foreach (var (name, value) in details)
            {
                writer.WriteElementString(name, S3Xml.WellFormed(value));
            }

            writer.WriteElementString("Resource", target[..(target.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? mark : target.Length)]);
            writer.WriteElementString("RequestId", exchange.RequestId);
            writer.WriteElementString("HostId", exchange.HostId);
            writer.WriteEndElement();
            if (IsForOtherService)
            {
                writer.WriteEndElement();
            }
        });
    }
}

/// <summary>The error codes that this server sends, with their statuses. A closed set.</summary>
internal sealed record S3ErrorCode
{
    private S3ErrorCode(string name, int status)
    {
        Name = name;
        Status = status;
    }

    /// <summary>The name in the XML document.</summary>
    public string Name { get; }

    public int Status { get; }

    public static S3ErrorCode AuthorizationHeaderMalformed { get; } = new(nameof(AuthorizationHeaderMalformed), 400);
    public static S3ErrorCode AuthorizationQueryParametersError { get; } = new(nameof(AuthorizationQueryParametersError), 400);
    public static S3ErrorCode BadDigest { get; } = new(nameof(BadDigest), 400);
    public static S3ErrorCode BadRequest { get; } = new(nameof(BadRequest), 400);
    public static S3ErrorCode EntityTooLarge { get; } = new(nameof(EntityTooLarge), 400);
    public static S3ErrorCode EntityTooSmall { get; } = new(nameof(EntityTooSmall), 400);
    public static S3ErrorCode IncompleteBody { get; } = new(nameof(IncompleteBody), 400);
    public static S3ErrorCode InvalidArgument { get; } = new(nameof(InvalidArgument), 400);
    public static S3ErrorCode InvalidBucketName { get; } = new(nameof(InvalidBucketName), 400);
    public static S3ErrorCode InvalidBucketOwnerAWSAccountID { get; } = new(nameof(InvalidBucketOwnerAWSAccountID), 400);
    public static S3ErrorCode InvalidDigest { get; } = new(nameof(InvalidDigest), 400);
    public static S3ErrorCode InvalidPart { get; } = new(nameof(InvalidPart), 400);
    public static S3ErrorCode InvalidPartOrder { get; } = new(nameof(InvalidPartOrder), 400);
    public static S3ErrorCode InvalidRequest { get; } = new(nameof(InvalidRequest), 400);
    public static S3ErrorCode InvalidStorageClass { get; } = new(nameof(InvalidStorageClass), 400);
    public static S3ErrorCode InvalidTag { get; } = new(nameof(InvalidTag), 400);
    public static S3ErrorCode InvalidURI { get; } = new(nameof(InvalidURI), 400);
    public static S3ErrorCode KeyTooLongError { get; } = new(nameof(KeyTooLongError), 400);
    public static S3ErrorCode MalformedTrailerError { get; } = new(nameof(MalformedTrailerError), 400);
    public static S3ErrorCode MalformedXML { get; } = new(nameof(MalformedXML), 400);
    public static S3ErrorCode MaxMessageLengthExceeded { get; } = new(nameof(MaxMessageLengthExceeded), 400);
    public static S3ErrorCode MetadataTooLarge { get; } = new(nameof(MetadataTooLarge), 400);
    public static S3ErrorCode RequestHeaderSectionTooLarge { get; } = new(nameof(RequestHeaderSectionTooLarge), 400);
    public static S3ErrorCode RequestTimeout { get; } = new(nameof(RequestTimeout), 400);
    public static S3ErrorCode TooManyBuckets { get; } = new(nameof(TooManyBuckets), 400);
    public static S3ErrorCode XAmzContentSHA256Mismatch { get; } = new(nameof(XAmzContentSHA256Mismatch), 400);
    public static S3ErrorCode AccessDenied { get; } = new(nameof(AccessDenied), 403);
    public static S3ErrorCode InvalidAccessKeyId { get; } = new(nameof(InvalidAccessKeyId), 403);
    public static S3ErrorCode InvalidObjectState { get; } = new(nameof(InvalidObjectState), 403);
    public static S3ErrorCode RequestTimeTooSkewed { get; } = new(nameof(RequestTimeTooSkewed), 403);
    public static S3ErrorCode SignatureDoesNotMatch { get; } = new(nameof(SignatureDoesNotMatch), 403);
    public static S3ErrorCode NoSuchBucket { get; } = new(nameof(NoSuchBucket), 404);
    public static S3ErrorCode NoSuchBucketPolicy { get; } = new(nameof(NoSuchBucketPolicy), 404);
    public static S3ErrorCode NoSuchCORSConfiguration { get; } = new(nameof(NoSuchCORSConfiguration), 404);
    public static S3ErrorCode NoSuchKey { get; } = new(nameof(NoSuchKey), 404);
    public static S3ErrorCode NoSuchLifecycleConfiguration { get; } = new(nameof(NoSuchLifecycleConfiguration), 404);
    public static S3ErrorCode NoSuchPublicAccessBlockConfiguration { get; } = new(nameof(NoSuchPublicAccessBlockConfiguration), 404);
    public static S3ErrorCode NoSuchTagSet { get; } = new(nameof(NoSuchTagSet), 404);
    public static S3ErrorCode NoSuchUpload { get; } = new(nameof(NoSuchUpload), 404);
    public static S3ErrorCode NoSuchWebsiteConfiguration { get; } = new(nameof(NoSuchWebsiteConfiguration), 404);
    public static S3ErrorCode ObjectLockConfigurationNotFoundError { get; } = new(nameof(ObjectLockConfigurationNotFoundError), 404);
    public static S3ErrorCode ReplicationConfigurationNotFoundError { get; } = new(nameof(ReplicationConfigurationNotFoundError), 404);
    public static S3ErrorCode ServerSideEncryptionConfigurationNotFoundError { get; } =
        new(nameof(ServerSideEncryptionConfigurationNotFoundError), 404);
    public static S3ErrorCode MethodNotAllowed { get; } = new(nameof(MethodNotAllowed), 405);
    public static S3ErrorCode BucketAlreadyExists { get; } = new(nameof(BucketAlreadyExists), 409);
    public static S3ErrorCode BucketAlreadyOwnedByYou { get; } = new(nameof(BucketAlreadyOwnedByYou), 409);
    public static S3ErrorCode BucketNotEmpty { get; } = new(nameof(BucketNotEmpty), 409);
    public static S3ErrorCode OperationAborted { get; } = new(nameof(OperationAborted), 409);
    public static S3ErrorCode RestoreAlreadyInProgress { get; } = new(nameof(RestoreAlreadyInProgress), 409);
    public static S3ErrorCode MissingContentLength { get; } = new(nameof(MissingContentLength), 411);
    public static S3ErrorCode PreconditionFailed { get; } = new(nameof(PreconditionFailed), 412);
    public static S3ErrorCode InvalidPartNumber { get; } = new(nameof(InvalidPartNumber), 416);
    public static S3ErrorCode InvalidRange { get; } = new(nameof(InvalidRange), 416);
    public static S3ErrorCode InternalError { get; } = new(nameof(InternalError), 500);
    public static S3ErrorCode NotImplemented { get; } = new(nameof(NotImplemented), 501);
    public static S3ErrorCode ServiceUnavailable { get; } = new(nameof(ServiceUnavailable), 503);
    public static S3ErrorCode SlowDown { get; } = new(nameof(SlowDown), 503);
}

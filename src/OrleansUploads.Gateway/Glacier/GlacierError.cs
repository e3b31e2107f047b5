using System.Text.Json;
using OrleansUploads.Core.Policies;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>An error of the vault API.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">One of <see cref="ErrorCode"/>.</param>
/// <param name="message">What is wrong, the offending value, and what to do.</param>
internal sealed class GlacierError(int status, string code, string message) : FrontError(status, code, message)
{
    /// <summary>The protocol's word for who caused the error.</summary>
    private string Type => Status >= StatusCodes.Status500InternalServerError ? "Server" : "Client";

    /// <summary>A parameter, header, field, hash, range or size is wrong.</summary>
    public static GlacierError Invalid(string message) =>
        new(StatusCodes.Status400BadRequest, ErrorCode.InvalidParameterValue, message);

    public static GlacierError Missing(string parameter) =>
        new(StatusCodes.Status400BadRequest, ErrorCode.MissingParameterValue, $"Required parameter missing: {parameter}");

    /// <summary>The account or the vault has as many of something as it may have.</summary>
    public static GlacierError LimitExceeded(string message) => new(StatusCodes.Status400BadRequest, ErrorCode.LimitExceeded, message);

    /// <summary>A policy or a lock forbids the request.</summary>
    public static GlacierError AccessDenied(string message) =>
        new(StatusCodes.Status403Forbidden, ErrorCode.AccessDenied, message);

    public static GlacierError NotFound(string message) =>
        new(StatusCodes.Status404NotFound, ErrorCode.ResourceNotFound, message);

    public static GlacierError VaultNotFound(string arn) => NotFound($"Vault not found for ARN: {arn}");

    /// <summary>The upload does not exist or has ended.</summary>
    public static GlacierError UploadNotFound(string id) => NotFound($"The upload ID was not found: {id}");

    public static GlacierError ArchiveNotFound(string id) => NotFound($"The archive ID was not found: {id}");

    public static GlacierError JobNotFound(string id) => NotFound($"The job ID was not found: {id}");

    /// <summary>The body is not the JSON document of the operation.</summary>
    /// <param name="document">What the body should be, such as "a policy".</param>
    /// <param name="malformed">Why the JSON could not be read.</param>
    public static GlacierError NotReadable(string document, JsonException malformed) => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.Serialization,
        $"The body is not the JSON object of {document}: {JsonFlaw.Describe(malformed)}.");

    /// <summary>The header <c>x-amz-content-sha256</c> is not a SHA-256 hash in hex.</summary>
    public static GlacierError InvalidPayloadHash(string text) => Invalid(
        $"Invalid x-amz-content-sha256: {text}. It must be 64 hex digits. Parts of multipart uploads may also use "
        + $"{PayloadModes.NotSigned}.");

    /// <summary>The body does not have the SHA-256 that was signed.</summary>
    public static GlacierError PayloadHashDiffers(string computed, string stated) => new(
        StatusCodes.Status403Forbidden,
        ErrorCode.InvalidSignature,
        "The value passed in as x-amz-content-sha256 does not match the computed payload hash. "
        + $"Computed digest: {computed} expected hash: {stated}");

    /// <summary>The body arrived too slowly, or has to be sent again.</summary>
    public static GlacierError Timeout(string message) =>
        new(StatusCodes.Status408RequestTimeout, ErrorCode.RequestTimeout, message);

    /// <summary>The server cannot carry out the request at the moment.</summary>
    public static GlacierError Unavailable(string message) =>
        new(StatusCodes.Status500InternalServerError, ErrorCode.ServiceUnavailable, message);

    public static GlacierError UnknownOperation(string method, string path) => new(
        StatusCodes.Status404NotFound,
        ErrorCode.UnknownOperation,
        $"There is no operation {method} {path} in the vault API, version {GlacierHeaders.ApiVersion}.");

    public static GlacierError WrongVersion(string version) => Invalid(
        $"Invalid {GlacierHeaders.Version}: {version}. The only version is {GlacierHeaders.ApiVersion}.");

    /// <summary>The path names an account that the signer may not act for.</summary>
    public static GlacierError ForeignAccount(string account, AccountId caller, VaultAction? action) => AccessDenied(
        $"The credentials of this request are not for the account {account}, and no policy of that account allows them "
        + $"{action?.ToString() ?? "this operation"}. They are of the account {caller}, which '-' stands for.");

    public static GlacierError InvalidVaultName(string name) => Invalid(
        $"Invalid vault name: {name}. A name has 1 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'.");

    public override FrontAnswer ToAnswer(HttpExchange exchange) => new(Status, ("x-amzn-ErrorType", Code))
    {
        Error = this,
        ContentType = FrontAnswer.JsonType,
        Document = GlacierJson.Write(new ErrorDocument(Code, Message, Type)),
    };
}

/// <summary>The error codes that this server sends. SDKs make their exceptions of them.</summary>
internal static class ErrorCode
{
    public const string AccessDenied = "AccessDeniedException";
    public const string BadRequest = "BadRequest";
    public const string IncompleteSignature = "IncompleteSignatureException";
    public const string InvalidParameterValue = "InvalidParameterValueException";
    public const string InvalidSignature = "InvalidSignatureException";
    public const string LimitExceeded = "LimitExceededException";
    public const string MissingAuthenticationToken = "MissingAuthenticationTokenException";
    public const string MissingParameterValue = "MissingParameterValueException";
    public const string PolicyEnforced = "PolicyEnforcedException";
    public const string RequestTimeout = "RequestTimeoutException";
    public const string ResourceNotFound = "ResourceNotFoundException";
    public const string Serialization = "SerializationException";
    public const string ServiceUnavailable = "ServiceUnavailableException";
    public const string Throttling = "ThrottlingException";
    public const string UnknownOperation = "UnknownOperationException";
    public const string UnrecognizedClient = "UnrecognizedClientException";
}

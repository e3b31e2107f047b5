using System.Text.Json;

namespace OrleansUploads.Gateway.Glacier.Errors;

/// <summary>An error as the protocol tells it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">For the person at the other end: what was expected, what came, what to do.</param>
internal sealed record GlacierError(int Status, string Code, string Message)
{
    /// <summary>Whose fault it is, as the protocol has it.</summary>
    public string Type => Status >= StatusCodes.Status500InternalServerError ? "Server" : "Client";

    /// <summary>A parameter, header, field, hash, range or size is wrong.</summary>
    public static GlacierError Invalid(string message) =>
        new(StatusCodes.Status400BadRequest, ErrorCode.InvalidParameterValue, message);

    /// <summary>Something that is required is absent.</summary>
    public static GlacierError Missing(string parameter) =>
        new(StatusCodes.Status400BadRequest, ErrorCode.MissingParameterValue, $"Required parameter missing: {parameter}");

    /// <summary>A policy or a lock forbids it.</summary>
    public static GlacierError AccessDenied(string message) =>
        new(StatusCodes.Status403Forbidden, ErrorCode.AccessDenied, message);

    /// <summary>What the path names is not there.</summary>
    public static GlacierError NotFound(string message) =>
        new(StatusCodes.Status404NotFound, ErrorCode.ResourceNotFound, message);

    /// <summary>There is no such vault.</summary>
    public static GlacierError VaultNotFound(string arn) => NotFound($"Vault not found for ARN: {arn}");

    /// <summary>There is no such upload, or it has ended.</summary>
    public static GlacierError UploadNotFound(string id) => NotFound($"The upload ID was not found: {id}");

    /// <summary>There is no such archive.</summary>
    public static GlacierError ArchiveNotFound(string id) => NotFound($"The archive ID was not found: {id}");

    /// <summary>There is no such job.</summary>
    public static GlacierError JobNotFound(string id) => NotFound($"The job ID was not found: {id}");

    /// <summary>The body is not the document that the operation reads.</summary>
    /// <param name="document">What it should be, such as "a policy".</param>
    /// <param name="malformed">What the reader stumbled over. Where it is the kind of a value, its own message would name types
    /// of this program.</param>
    public static GlacierError NotReadable(string document, JsonException malformed) => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.Serialization,
        $"The body is not the JSON object of {document}: " + (malformed.InnerException is JsonException broken
            ? broken.Message
            : $"the value at {malformed.Path} is of another kind, or has half a character. LineNumber: {malformed.LineNumber} | "
                + $"BytePositionInLine: {malformed.BytePositionInLine}."));

    /// <summary>The body is not what the signature covers.</summary>
    /// <param name="computed">SHA-256 of the bytes that came, hex.</param>
    /// <param name="expected">What the header says, hex.</param>
    public static GlacierError BodyNotAsSigned(string computed, string expected) => new(
        StatusCodes.Status403Forbidden,
        ErrorCode.InvalidSignature,
        "The value passed in as x-amz-content-sha256 does not match the computed payload hash. "
        + $"Computed digest: {computed} expected hash: {expected}");

    /// <summary>The body came too slowly, or has to be sent again.</summary>
    public static GlacierError Timeout(string message) =>
        new(StatusCodes.Status408RequestTimeout, ErrorCode.RequestTimeout, message);

    /// <summary>The server cannot do it now.</summary>
    public static GlacierError Unavailable(string message) =>
        new(StatusCodes.Status500InternalServerError, ErrorCode.ServiceUnavailable, message);
}

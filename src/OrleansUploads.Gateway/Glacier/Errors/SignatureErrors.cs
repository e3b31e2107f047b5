using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Errors;

/// <summary>How the protocol tells that a request is not signed as it must be.</summary>
internal static class SignatureErrors
{
    /// <summary>The error of a verdict other than "verified".</summary>
    /// <param name="verdict">How verifying ended.</param>
    /// <param name="region">The region that is served.</param>
    public static GlacierError Describe(SignatureVerdict verdict, string region) => verdict.Outcome switch
    {
        SignatureOutcome.Verified => throw new ArgumentException("There is nothing wrong with it.", nameof(verdict)),
        SignatureOutcome.NoAuthorization => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.MissingAuthenticationToken,
            "Missing Authentication Token: the request has no Authorization header. Sign it with Signature Version 4."),
        SignatureOutcome.MalformedAuthorization => new(
            StatusCodes.Status400BadRequest, ErrorCode.IncompleteSignature, verdict.Message),
        SignatureOutcome.WrongService => Invalid($"{verdict.Message} It must be 'glacier'."),
        SignatureOutcome.WrongRegion => Invalid($"{verdict.Message} This server is in '{region}'."),
        SignatureOutcome.TimestampMissing
            or SignatureOutcome.TimestampMalformed
            or SignatureOutcome.ScopeDateDiffers
            or SignatureOutcome.RequiredHeaderNotSigned
            or SignatureOutcome.SignedHeaderMissing
            or SignatureOutcome.SignatureDiffers => Invalid(verdict.Message),
        SignatureOutcome.ClockSkew => Invalid($"{verdict.Message} Set the clock of the machine that signs."),
    };

    /// <summary>Nobody has this access key.</summary>
    public static GlacierError UnknownKey(string accessKeyId) => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.UnrecognizedClient,
        $"The access key {accessKeyId} is not known to this server. Check the credentials that your client uses.");

    private static GlacierError Invalid(string message) =>
        new(StatusCodes.Status403Forbidden, ErrorCode.InvalidSignature, message);
}

namespace OrleansUploads.Signing;

/// <summary>The ways in which verifying a signature can end.</summary>
public enum SignatureOutcome
{
    /// <summary>The holder of the secret sent exactly this request, recently.</summary>
    Verified,

    /// <summary>The request has no <c>Authorization</c>.</summary>
    NoAuthorization,

    /// <summary>The <c>Authorization</c> cannot be read; <see cref="SignatureVerdict.Flaw"/> says why.</summary>
    MalformedAuthorization,

    /// <summary>The credential scope names another service.</summary>
    WrongService,

    /// <summary>The credential scope names another region.</summary>
    WrongRegion,

    /// <summary>There is neither <c>x-amz-date</c> nor <c>Date</c>.</summary>
    TimestampMissing,

    /// <summary>The date header is not <c>yyyyMMddTHHmmssZ</c>.</summary>
    TimestampMalformed,

    /// <summary>The credential scope is for another day than the timestamp.</summary>
    ScopeDateDiffers,

    /// <summary>The timestamp is further from the server's clock than tolerated.</summary>
    ClockSkew,

    /// <summary>A header that must be signed is not in <c>SignedHeaders</c>.</summary>
    RequiredHeaderNotSigned,

    /// <summary>A header in <c>SignedHeaders</c> is not in the request.</summary>
    SignedHeaderMissing,

    /// <summary>The signature is not the one that the secret makes for this request.</summary>
    SignatureDiffers,
}

/// <summary>How verifying a signature ended, with what a message about it needs.</summary>
/// <remarks>Never holds the secret or the signature that would have been right.</remarks>
public readonly record struct SignatureVerdict
{
    private SignatureVerdict(SignatureOutcome outcome) => Outcome = outcome;

    /// <summary>How it ended.</summary>
    public SignatureOutcome Outcome { get; }

    /// <summary>What is wrong with a <see cref="SignatureOutcome.MalformedAuthorization"/>.</summary>
    public AuthorizationFlaw Flaw { get; private init; }

    /// <summary>The header that is to blame, in lower case, where one is.</summary>
    public string? Header { get; private init; }

    /// <summary>The request's timestamp, for a <see cref="SignatureOutcome.ClockSkew"/>.</summary>
    public DateTimeOffset RequestAt { get; private init; }

    /// <summary>The server's time, for a <see cref="SignatureOutcome.ClockSkew"/>.</summary>
    public DateTimeOffset ServerAt { get; private init; }

    /// <summary>Whether the request may go on.</summary>
    public bool IsVerified => Outcome == SignatureOutcome.Verified;

    /// <summary>One sentence for whoever sent the request.</summary>
    public string Message => Outcome switch
    {
        SignatureOutcome.Verified => "The signature is right.",
        SignatureOutcome.NoAuthorization => "The request has no Authorization header.",
        SignatureOutcome.MalformedAuthorization => Describe(Flaw),
        SignatureOutcome.WrongService => "The credential scope names another service.",
        SignatureOutcome.WrongRegion => "The credential scope names another region.",
        SignatureOutcome.TimestampMissing => "The request has neither an x-amz-date nor a Date header.",
        SignatureOutcome.TimestampMalformed => $"The header {Header} is not in the form yyyyMMddTHHmmssZ.",
        SignatureOutcome.ScopeDateDiffers => $"The date in the credential scope is not that of the header {Header}.",
        SignatureOutcome.ClockSkew => DescribeSkew(),
        SignatureOutcome.RequiredHeaderNotSigned => $"The header {Header} must be among the signed headers.",
        SignatureOutcome.SignedHeaderMissing => $"The signed header {Header} is not in the request.",
        SignatureOutcome.SignatureDiffers =>
            "The request signature we calculated does not match the signature you provided. "
            + "Check your secret access key and signing method.",
    };

    internal static SignatureVerdict Verified => new(SignatureOutcome.Verified);

    internal static SignatureVerdict WrongService => new(SignatureOutcome.WrongService);

    internal static SignatureVerdict WrongRegion => new(SignatureOutcome.WrongRegion);

    internal static SignatureVerdict TimestampMissing => new(SignatureOutcome.TimestampMissing);

    internal static SignatureVerdict SignatureDiffers => new(SignatureOutcome.SignatureDiffers);

    /// <summary>The verdict on an <c>Authorization</c> that could not be read.</summary>
    public static SignatureVerdict For(AuthorizationFlaw flaw) => flaw switch
    {
        AuthorizationFlaw.None => throw new ArgumentException("Without a flaw there is no verdict yet.", nameof(flaw)),
        AuthorizationFlaw.Absent => new(SignatureOutcome.NoAuthorization) { Flaw = flaw },
        _ => new(SignatureOutcome.MalformedAuthorization) { Flaw = flaw },
    };

    /// <inheritdoc/>
    public override string ToString() => Message;

    internal static SignatureVerdict TimestampMalformed(string header) =>
        new(SignatureOutcome.TimestampMalformed) { Header = header };

    internal static SignatureVerdict ScopeDateDiffers(string header) =>
        new(SignatureOutcome.ScopeDateDiffers) { Header = header };

    internal static SignatureVerdict ClockSkew(DateTimeOffset requestAt, DateTimeOffset serverAt) =>
        new(SignatureOutcome.ClockSkew) { RequestAt = requestAt, ServerAt = serverAt };

    internal static SignatureVerdict RequiredHeaderNotSigned(string header) =>
        new(SignatureOutcome.RequiredHeaderNotSigned) { Header = header };

    internal static SignatureVerdict SignedHeaderMissing(string header) =>
        new(SignatureOutcome.SignedHeaderMissing) { Header = header };

    private static string Describe(AuthorizationFlaw flaw) => flaw switch
    {
        AuthorizationFlaw.None or AuthorizationFlaw.Absent => "The request has no Authorization header.",
        AuthorizationFlaw.UnsupportedAlgorithm => "The Authorization header must begin with 'AWS4-HMAC-SHA256 '.",
        AuthorizationFlaw.MalformedParameter =>
            "The Authorization header must hold Credential, SignedHeaders and Signature, each once, and nothing else.",
        AuthorizationFlaw.CredentialMissing => "The Authorization header has no Credential.",
        AuthorizationFlaw.CredentialMalformed => "Credential must be key/yyyyMMdd/region/service/aws4_request.",
        AuthorizationFlaw.SignedHeadersMissing => "The Authorization header has no SignedHeaders.",
        AuthorizationFlaw.SignedHeadersMalformed =>
            "SignedHeaders must be lower-case header names in ascending order, each once.",
        AuthorizationFlaw.SignatureMissing => "The Authorization header has no Signature.",
        AuthorizationFlaw.SignatureMalformed => "Signature must be 64 hex digits.",
    };

    private string DescribeSkew()
    {
        var request = AmzTimestamp.Format(RequestAt);
        var server = AmzTimestamp.Format(ServerAt);
        return RequestAt < ServerAt
            ? $"Signature expired: {request} is too far behind the server's time {server}."
            : $"Signature not yet current: {request} is too far ahead of the server's time {server}.";
    }
}
